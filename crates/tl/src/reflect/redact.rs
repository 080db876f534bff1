use super::{Definition, Field, Type};

/// Names of fields that hold secrets or phone numbers wherever they stand, in order.
const NAMES: [&str; 25] = [
    "A",
    "M1",
    "api_hash",
    "codes",
    "credential",
    "credentials",
    "digital_credential_payload",
    "encrypted_credentials",
    "encrypted_data",
    "encrypted_message",
    "encryption_iv",
    "encryption_key",
    "iv",
    "native_params",
    "new_nonce",
    "new_password_hash",
    "password_hash",
    "phone",
    "phone_code",
    "phone_code_hash",
    "phone_number",
    "phone_or_email",
    "phones",
    "secure_random",
    "vcard",
];

/// Endings of such names.
const ENDINGS: [&str; 4] = ["token", "tokens", "secret", "password"];

/// Whether text for people leaves the value of `field` out.
///
/// Only values that could carry a secret are concerned: flags and numbers of the same name are
/// shown. JSON, which is made to be sent, is never redacted.
#[must_use]
pub fn is_secret(def: Definition<'_>, field: Field<'_>) -> bool {
    let carries = !matches!(
        field.ty,
        Type::Int | Type::Double | Type::Bool | Type::True | Type::Flags
    );
    carries && (by_name(field) || by_place(def.name(), field))
}

fn by_name(field: Field<'_>) -> bool {
    NAMES.binary_search(&field.name).is_ok()
        || ENDINGS.iter().any(|ending| field.name.ends_with(ending))
        || field.name.starts_with("auth_key")
        || (field.name == "key" && field.ty == Type::Bytes)
}

/// Fields whose name is harmless elsewhere.
fn by_place(definition: &str, field: Field<'_>) -> bool {
    match field.name {
        "bytes" => matches!(
            definition,
            "auth.importAuthorization" | "auth.exportedAuthorization"
        ),
        "code" => {
            definition.starts_with("auth.")
                || definition.starts_with("account.")
                || definition.starts_with("emailVerification")
        }
        "data" => definition == "wallet.encryptedSecretPhrasePart",
        "p" | "q" => definition.starts_with("p_q_inner_data"),
        "hash" => definition == "account.confirmPhone",
        "url" => matches!(definition, "urlAuthResultAccepted" | "messages.webViewUrl"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::NAMES;

    #[test]
    fn names_are_in_the_order_the_search_needs() {
        assert!(NAMES.is_sorted());
    }
}
