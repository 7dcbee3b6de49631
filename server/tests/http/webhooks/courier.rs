//! The way to a receiver: which addresses are spoken with, and whose names are believed.

use std::time::Duration;

use tenure_server::courier::HttpCourier;
use tenure_server::limits::CourierPatience;
use tenure_service::service::Reach;
use tenure_service::webhook::{Courier as _, Destination, Host, NotDelivered, Outcome, Parcel};

use super::{Receiver, Reply, courier};

fn parcel(host: Host, port: u16, reach: Reach) -> Parcel {
    let authority = format!("receiver:{port}");
    let to = Destination { secure: false, host, port, path: "/".into(), authority };
    Parcel { to, reach, headers: Vec::new(), body: "{}".into() }
}

#[tokio::test]
async fn a_head_that_came_in_time_counts_however_long_its_body_takes() {
    let receiver = Receiver::new().await;
    receiver.always_answers(Reply::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".into()));
    let patience = CourierPatience {
        message_time: Duration::from_millis(500),
        rest_time: Duration::from_millis(1000),
        ..CourierPatience::default()
    };
    let address = Host::Address("127.0.0.1".parse().unwrap());
    let parcel = parcel(address, receiver.port(), Reach::AndThisMachine);
    let courier = HttpCourier::new(|| Err("no certificates here".to_owned()), patience);
    assert_eq!(courier.deliver(parcel).await.map(|answer| answer.status), Ok(200));
}

async fn delivered(parcel: Parcel) -> Result<u16, NotDelivered> {
    courier().deliver(parcel).await.map(|answer| answer.status)
}

/// LO-7: a name is judged by what it leads to, each time that it is used, whatever it was when it was registered.
#[tokio::test]
async fn lo_7_a_name_that_leads_to_this_machine_is_not_spoken_with() {
    let receiver = Receiver::new().await;
    let name = || Host::Name("localhost".into());
    for secure in [false, true] {
        let mut parcel = parcel(name(), receiver.port(), Reach::Public);
        parcel.to.secure = secure;
        if secure {
            // What is believed does not matter: nobody is connected to.
            let why = delivered(parcel).await.unwrap_err();
            assert_ne!(why.outcome, Outcome::Delivered);
            continue;
        }
        let why = delivered(parcel).await.unwrap_err();
        assert_eq!(
            (why.outcome, &why.says[..]),
            (Outcome::OutOfReach, "localhost leads to this machine itself")
        );
    }
    assert!(receiver.got().is_empty());
    assert_eq!(delivered(parcel(name(), receiver.port(), Reach::AndThisMachine)).await, Ok(204));
}

/// LO-7: nor is an address, in whatever spelling.
#[tokio::test]
async fn lo_7_an_address_of_this_machine_is_not_spoken_with() {
    let receiver = Receiver::new().await;
    for address in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "64:ff9b::7f00:1"] {
        let host = Host::Address(address.parse().unwrap());
        let why = delivered(parcel(host, receiver.port(), Reach::Public)).await.unwrap_err();
        assert_eq!(why.outcome, Outcome::OutOfReach, "{address}: {why:?}");
        assert!(!why.says.contains("receiver"), "{why:?}");
    }
    assert!(receiver.got().is_empty());
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_unreachable() {
    let nowhere = delivered(parcel(Host::Name("nowhere.invalid".into()), 9000, Reach::Anywhere)).await;
    let outcome = nowhere.unwrap_err().outcome;
    assert!(matches!(outcome, Outcome::Unreachable | Outcome::TimedOut), "{outcome:?}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let closed = delivered(parcel(Host::Address([127, 0, 0, 1].into()), port, Reach::AndThisMachine)).await;
    assert_eq!(closed.unwrap_err().outcome, Outcome::Unreachable);
}
