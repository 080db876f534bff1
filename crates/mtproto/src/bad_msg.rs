/// The codes of `bad_msg_notification` and `bad_server_salt`: why a message was refused.
macro_rules! codes {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// Why a server refuses a message (the codes of `bad_msg_notification`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum BadMsg { $(#[doc = $text] $name = $code,)* }

        impl BadMsg {
            /// All codes of the protocol.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code with this number, if the protocol has it.
            #[must_use]
            pub fn from_code(code: i32) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// What the code means, in words.
            #[must_use]
            pub fn describe(code: i32) -> &'static str {
                match code { $($code => $text,)* _ => "an unknown code" }
            }
        }
    };
}

codes! {
    IdTooLow = 16, "message id too low: the clock is behind";
    IdTooHigh = 17, "message id too high: the clock is ahead";
    IdLowBits = 18, "the two lowest bits of the message id are not zero";
    ContainerIdTaken = 19, "the container's id was used before";
    TooOld = 20, "too old to tell whether it was received";
    SeqTooLow = 32, "sequence number too low";
    SeqTooHigh = 33, "sequence number too high";
    SeqNotEven = 34, "an even sequence number is due";
    SeqNotOdd = 35, "an odd sequence number is due";
    WrongSalt = 48, "wrong server salt";
    BadContainer = 64, "invalid container";
}

impl BadMsg {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }
}
