//! Faults as JSON objects: their name, their parameters, and how often and whom they strike.

use serde_json::{Map, Value};

use super::error::FaultError;
use super::fault::Fault;
use super::scope::{Resolve, Scope};
use super::table::{What, definition};

impl Fault {
    pub(crate) fn write(&self) -> Map<String, Value> {
        let mut out = self.what.write();
        out.insert("name".to_owned(), self.name().into());
        self.scope.write(&mut out);
        // What is done at once or lasts is not counted.
        out.retain(|name, _| self.place().means(name));
        out
    }

    pub(crate) fn read(json: Value, resolve: Resolve<'_>) -> Result<Self, FaultError> {
        let Value::Object(mut given) = json else {
            return Err(FaultError::NotAFault);
        };
        let name = given.remove("name");
        let name = name.as_ref().and_then(Value::as_str);
        let name = name.ok_or(FaultError::NotAFault)?;
        let known = definition(name).ok_or_else(|| FaultError::unknown(name))?;
        let what = What::read(name, &mut given)?;
        let scope = Scope::read(known.name, &mut given, resolve)?;
        if let Some(other) = given.keys().next() {
            let parameters = (known.parameters)();
            let own = parameters.iter().map(|parameter| parameter.name);
            return Err(FaultError::UnknownParameter {
                fault: known.name,
                parameter: other.chars().take(64).collect(),
                known: own.chain(known.place.scope().iter().copied()).collect(),
            });
        }
        Ok(Self { what, scope })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::param::Direction;
    use super::*;
    use crate::rpc::Refusal;

    fn read(json: &str) -> Result<Fault, FaultError> {
        let resolve = |name: &str| (name == "@ann").then_some(5);
        let fault = Fault::read(serde_json::from_str(json).unwrap(), &resolve)?;
        fault.check()?;
        Ok(fault)
    }

    #[test]
    fn a_fault_in_code_and_by_name_is_the_same() {
        let by_name = read(
            r#"{"name": "flood_wait", "seconds": 9, "method": "messages.sendMessage",
                "account": "@ann", "times": 3, "skip": 2, "dc": 1}"#,
        );
        let mut in_code = Fault::flood_wait(9).method("messages.sendMessage");
        in_code = in_code.times(3).skip(2).dc(1);
        in_code.scope.account = Some(5);
        assert_eq!(by_name.unwrap(), in_code);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let all = [
            Fault::delay(Direction::FromClient, Duration::from_millis(7)).always(),
            Fault::corrupt(Direction::ToClient)
                .chance(0.25)
                .seed(u64::MAX),
            Fault::refuse(Refusal::bad("PEER_ID_INVALID")).at([1, 5, 9]),
            Fault::clock_skew(-3600),
            Fault::cut(),
        ];
        for fault in all {
            assert_eq!(read(&fault.to_json()), Ok(fault));
        }
    }

    #[test]
    fn senseless_faults_are_refused() {
        let refused = |json: &str| read(json).unwrap_err().code();
        assert_eq!(refused("[]"), "NOT_A_FAULT");
        assert_eq!(refused("{}"), "NOT_A_FAULT");
        assert_eq!(refused(r#"{"name":"x"}"#), "UNKNOWN_FAULT");
        assert_eq!(refused(r#"{"name":"drop","speed":1}"#), "UNKNOWN_PARAMETER");
        assert_eq!(refused(r#"{"name":"drop","times":0}"#), "BAD_PARAMETER");
        assert_eq!(refused(r#"{"name":"drop","chance":1.5}"#), "BAD_PARAMETER");
        assert_eq!(
            refused(r#"{"name":"drop","account":"bob"}"#),
            "UNKNOWN_ACCOUNT"
        );
        let method = r#""method":"help.getConfig"}"#;
        assert_eq!(
            refused(&format!(r#"{{"name":"drop",{method}"#)),
            "OUT_OF_SCOPE"
        );
        assert_eq!(
            refused(&format!(r#"{{"name":"difference_too_long",{method}"#)),
            "BAD_METHOD"
        );
        let method = r#"{"name":"cut_after","method":"messages.sendmessage"}"#;
        assert_eq!(refused(method), "BAD_METHOD");
        let skew = r#"{"name":"clock_skew","seconds":1,"times":2}"#;
        assert_eq!(refused(skew), "OUT_OF_SCOPE");
        assert_eq!(
            Fault::bad_msg(21).check().unwrap_err().code(),
            "BAD_PARAMETER"
        );
        assert_eq!(
            Fault::cut_after()
                .chance(f64::NAN)
                .check()
                .unwrap_err()
                .code(),
            "BAD_PARAMETER"
        );
    }
}
