//! What bots are told that sell something.

use bytes::Bytes;
use heliogram_api::{enums, types as raw};

use crate::{
    PeerId,
    events::{About, Context},
    methods::bots::AnswerPayment,
};

/// Makes an event of an update that is about one person: `of_person!(Event = Update)`.
macro_rules! of_person {
    ($event:ident = $update:ident) => {
        event_members!($event);
        has_sender!(one $event);

        impl $event {
            pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
                let enums::Update::$update(u) = &**cx.update() else {
                    return None;
                };
                Some(Self {
                    cx: cx.clone(),
                    sender: PeerId::user(u.user_id)?,
                })
            }
        }

        impl About for $event {
            fn sender(&self) -> Option<PeerId> {
                Some(self.sender)
            }
        }
    };
}
pub(super) use of_person;

/// The same for a question, with what all of them have: `question!(Event = Update, UpdateType)`.
macro_rules! question {
    ($event:ident = $update:ident, $raw:ident) => {
        of_person!($event = $update);

        impl $event {
            fn query(&self) -> Option<&raw::$raw> {
                match self.raw() {
                    enums::Update::$update(u) => Some(u),
                    _ => None,
                }
            }

            /// The number of the question.
            #[must_use]
            #[doc(alias = "query_id")]
            pub fn id(&self) -> i64 {
                self.query().map_or(0, |q| q.query_id)
            }

            /// What the bot put into the invoice.
            #[must_use]
            #[doc(alias = "invoice_payload")]
            pub fn payload(&self) -> &[u8] {
                self.query().map_or(&[], |q| &q.payload)
            }
        }
    };
}

/// Somebody is about to pay. The bot has ten seconds to say whether it can deliver.
///
/// ```no_run
/// # async fn run(query: heliogram::events::PreCheckoutQuery) -> heliogram::Result<()> {
/// if query.payload() == b"book" {
///     query.accept().await?;
/// } else {
///     query.decline("This is sold out, sorry.").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotPrecheckoutQuery`.
#[derive(Clone, Debug)]
#[doc(alias = "on_pre_checkout_query")]
#[doc(alias = "updateBotPrecheckoutQuery")]
pub struct PreCheckoutQuery {
    cx: Context,
    sender: PeerId,
}

question!(
    PreCheckoutQuery = BotPrecheckoutQuery,
    UpdateBotPrecheckoutQuery
);

impl PreCheckoutQuery {
    fn info(&self) -> Option<&raw::PaymentRequestedInfo> {
        self.query()?.info.as_deref()
    }

    /// The currency in three letters, `XTR` for stars.
    #[must_use]
    pub fn currency(&self) -> &str {
        self.query().map_or("", |q| &q.currency)
    }

    /// The price in the smallest units of the currency, such as cents.
    #[must_use]
    pub fn total_amount(&self) -> i64 {
        self.query().map_or(0, |q| q.total_amount)
    }

    /// The way of shipping that was chosen.
    #[must_use]
    pub fn shipping_option_id(&self) -> Option<&str> {
        self.query()?.shipping_option_id.as_deref()
    }

    /// The name, if the invoice asks for it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.info()?.name.as_deref()
    }

    /// The phone number, if the invoice asks for it.
    #[must_use]
    #[doc(alias = "phone_number")]
    pub fn phone(&self) -> Option<&str> {
        self.info()?.phone.as_deref()
    }

    /// The e-mail address, if the invoice asks for it.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.info()?.email.as_deref()
    }

    /// The address to ship to, if the invoice asks for it.
    #[must_use]
    pub fn shipping_address(&self) -> Option<&raw::PostAddress> {
        self.info()?.shipping_address.as_deref()
    }

    /// Says that they may pay; see [`Client::answer_pre_checkout`].
    ///
    /// [`Client::answer_pre_checkout`]: crate::Client::answer_pre_checkout
    #[doc(alias = "answer")]
    pub fn accept(&self) -> AnswerPayment {
        self.client().answer_pre_checkout(self.id(), None)
    }

    /// Says why they may not.
    pub fn decline(&self, why: impl Into<String>) -> AnswerPayment {
        self.client()
            .answer_pre_checkout(self.id(), Some(why.into()))
    }
}

/// Somebody is about to pay for something that is shipped, and told where to. The bot has ten
/// seconds to say how and for how much.
///
/// ```no_run
/// # async fn run(query: heliogram::events::ShippingQuery) -> heliogram::Result<()> {
/// use heliogram::api::types::{LabeledPrice, ShippingOption};
///
/// let price = LabeledPrice::new("Parcel".into(), 499);
/// let parcel = ShippingOption::new("parcel".into(), "By parcel".into(), vec![price]);
/// query.answer([parcel]).await?;
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotShippingQuery`.
#[derive(Clone, Debug)]
#[doc(alias = "on_shipping_query")]
#[doc(alias = "updateBotShippingQuery")]
pub struct ShippingQuery {
    cx: Context,
    sender: PeerId,
}

question!(ShippingQuery = BotShippingQuery, UpdateBotShippingQuery);

impl ShippingQuery {
    /// The address to ship to.
    #[must_use]
    pub fn shipping_address(&self) -> Option<&raw::PostAddress> {
        self.query().map(|q| &*q.shipping_address)
    }

    /// Gives the ways of shipping to choose from; see [`Client::answer_shipping`].
    ///
    /// [`Client::answer_shipping`]: crate::Client::answer_shipping
    #[doc(alias = "accept")]
    pub fn answer(&self, options: impl IntoIterator<Item = raw::ShippingOption>) -> AnswerPayment {
        let options = options.into_iter().collect();
        self.client().answer_shipping(self.id(), Ok(options))
    }

    /// Says why it cannot be shipped there.
    pub fn decline(&self, why: impl Into<String>) -> AnswerPayment {
        self.client().answer_shipping(self.id(), Err(why.into()))
    }
}

/// Somebody paid for media that the bot sells.
///
/// Raw `updateBotPurchasedPaidMedia`.
#[derive(Clone, Debug)]
#[doc(alias = "on_purchased_paid_media")]
#[doc(alias = "updateBotPurchasedPaidMedia")]
pub struct PurchasedPaidMedia {
    cx: Context,
    sender: PeerId,
}

of_person!(PurchasedPaidMedia = BotPurchasedPaidMedia);

impl PurchasedPaidMedia {
    /// What the bot put beside the media.
    #[must_use]
    pub fn payload(&self) -> &str {
        match self.raw() {
            enums::Update::BotPurchasedPaidMedia(u) => &u.payload,
            _ => "",
        }
    }
}

/// A subscription that somebody pays in stars goes on no longer, or goes on again.
///
/// Raw `updateBotStarsSubscription`.
#[derive(Clone, Debug)]
#[doc(alias = "updateBotStarsSubscription")]
pub struct StarsSubscription {
    cx: Context,
    sender: PeerId,
}

of_person!(StarsSubscription = BotStarsSubscription);

impl StarsSubscription {
    fn subscription(&self) -> Option<&raw::UpdateBotStarsSubscription> {
        match self.raw() {
            enums::Update::BotStarsSubscription(u) => Some(u),
            _ => None,
        }
    }

    /// What the bot put into the invoice.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        let payload: Option<&Bytes> = self.subscription().map(|s| &s.payload);
        payload.map_or(&[], |p| p)
    }

    /// Whether they ended it.
    #[must_use]
    pub fn is_canceled(&self) -> bool {
        self.subscription().is_some_and(|s| s.canceled)
    }

    /// Whether it ended for want of stars.
    #[must_use]
    pub fn payment_failed(&self) -> bool {
        self.subscription().is_some_and(|s| s.payment_failed)
    }

    /// Whether it goes on after it had been ended.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.subscription().is_some_and(|s| s.restored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Client, events::told};

    #[tokio::test]
    async fn a_payment_tells_what_the_invoice_asked_for_and_shows_none_of_it() {
        let client = Client::offline().await;
        let address = || {
            let part = String::from;
            raw::PostAddress::new(
                part("Street 1"),
                part(""),
                part("Town"),
                part(""),
                part("DE"),
                part("1"),
            )
        };
        let info = raw::PaymentRequestedInfo {
            name: Some("Ann".into()),
            phone: Some("15550100".into()),
            email: Some("ann@example.org".into()),
            shipping_address: Some(Box::new(address())),
        };
        let payload = Bytes::from_static(b"book");
        let query = raw::UpdateBotPrecheckoutQuery {
            info: Some(Box::new(info)),
            shipping_option_id: Some("parcel".into()),
            ..raw::UpdateBotPrecheckoutQuery::new(3, 7, payload.clone(), "EUR".into(), 999)
        };
        let query = PreCheckoutQuery::from_update(&told(&client, query)).unwrap();
        assert_eq!((query.id(), query.payload()), (3, &b"book"[..]));
        assert_eq!((query.currency(), query.total_amount()), ("EUR", 999));
        assert_eq!(
            (query.name(), query.phone()),
            (Some("Ann"), Some("15550100"))
        );
        assert_eq!(query.email(), Some("ann@example.org"));
        assert_eq!(query.shipping_option_id(), Some("parcel"));
        assert_eq!(query.shipping_address().unwrap().city, "Town");
        let shown = format!("{query:?} {:?}", query.decline("secret"));
        for secret in ["Ann", "1555", "example", "secret"] {
            assert!(!shown.contains(secret), "{shown}");
        }

        let query = raw::UpdateBotShippingQuery::new(4, 7, payload.clone(), Box::new(address()));
        let query = ShippingQuery::from_update(&told(&client, query)).unwrap();
        assert_eq!((query.id(), query.payload()), (4, &b"book"[..]));
        assert_eq!(query.shipping_address().unwrap().country_iso2, "DE");

        let ended = raw::UpdateBotStarsSubscription {
            canceled: true,
            ..raw::UpdateBotStarsSubscription::new(7, payload, 1)
        };
        let ended = StarsSubscription::from_update(&told(&client, ended)).unwrap();
        assert!(ended.is_canceled() && !ended.is_restored() && !ended.payment_failed());
    }
}
