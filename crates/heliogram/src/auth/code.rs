use heliogram_api::enums::auth::{CodeType, SentCodeType};

/// How a login code reaches its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeKind {
    /// In a message of Telegram, on a device that is signed in.
    App,
    /// By SMS.
    Sms,
    /// By SMS, as one word.
    SmsWord,
    /// By SMS, as a phrase.
    SmsPhrase,
    /// Read out in a phone call.
    Call,
    /// The number that calls is the code; it follows this pattern where it is known.
    FlashCall(String),
    /// The last digits of the number that calls are the code; it starts like this.
    MissedCall(String),
    /// By e-mail to an address like this.
    Email(String),
    /// On the page of an anonymous number at fragment.com.
    Fragment(String),
    /// In a way that only official apps know.
    Official,
    /// The server knows this device and wants no code.
    NotNeeded,
}

impl CodeKind {
    /// Whether the code is made of digits.
    pub(super) fn is_digits(&self) -> bool {
        !matches!(self, Self::SmsWord | Self::SmsPhrase)
    }

    /// The kind of a code that was sent; an error text if the account has to be set up first.
    pub(super) fn from_sent(kind: SentCodeType) -> Result<Self, &'static str> {
        Ok(match kind {
            SentCodeType::App(_) => Self::App,
            SentCodeType::Sms(_) => Self::Sms,
            SentCodeType::Call(_) => Self::Call,
            SentCodeType::FlashCall(k) => Self::FlashCall(k.pattern),
            SentCodeType::MissedCall(k) => Self::MissedCall(k.prefix),
            SentCodeType::EmailCode(k) => Self::Email(k.email_pattern),
            SentCodeType::FragmentSms(k) => Self::Fragment(k.url),
            SentCodeType::SmsWord(_) => Self::SmsWord,
            SentCodeType::SmsPhrase(_) => Self::SmsPhrase,
            SentCodeType::SetUpEmailRequired(_) => {
                return Err("an e-mail address for login codes");
            }
            _ => Self::Official,
        })
    }

    /// The kind of code that would be sent next.
    pub(super) fn from_next(kind: &CodeType) -> Self {
        match kind {
            CodeType::Sms => Self::Sms,
            CodeType::Call => Self::Call,
            CodeType::FlashCall => Self::FlashCall(String::new()),
            CodeType::MissedCall => Self::MissedCall(String::new()),
            CodeType::FragmentSms => Self::Fragment(String::new()),
            _ => Self::Official,
        }
    }
}
