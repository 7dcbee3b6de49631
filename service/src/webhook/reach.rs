//! Which addresses a message may be sent to. Whoever names a receiver must not reach what only this machine can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far messages may go: what the operator of the installation allows, never an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, with TLS.
    #[default]
    Public,
    /// Those, and this machine itself, there without TLS too: for development.
    AndThisMachine,
    /// Every address; without TLS only those that are not public.
    Anywhere,
}

impl Reach {
    /// Refuses an address, saying what it is. `secure` is whether TLS is spoken with it.
    pub fn admits(self, address: IpAddr, secure: bool) -> Result<(), &'static str> {
        match (self, Place::of(address)) {
            (_, Place::Public) if secure => Ok(()),
            (_, Place::Public) => Err("a public address, which is spoken with over https only"),
            (Self::AndThisMachine | Self::Anywhere, Place::ThisMachine) => Ok(()),
            (Self::Anywhere, Place::Special(_)) => Ok(()),
            (_, Place::ThisMachine) => Err("this machine itself"),
            (_, Place::Special(what)) => Err(what),
        }
    }

    /// Whether there is any address that may be spoken with without TLS.
    pub fn admits_plain(self) -> bool {
        self != Self::Public
    }
}

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Public,
    ThisMachine,
    Special(&'static str),
}

/// Blocks of IPv4 that are not for everybody: the registry of RFC 6890, and an address at which a cloud answers its machines.
const SPECIAL_V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "an unspecified address"),
    ([10, 0, 0, 0], 8, "a private address"),
    ([100, 64, 0, 0], 10, "an address shared by a carrier's customers"),
    ([168, 63, 129, 16], 32, "an address of a cloud's own"),
    ([169, 254, 0, 0], 16, "a link-local address"),
    ([172, 16, 0, 0], 12, "a private address"),
    ([192, 0, 0, 0], 24, "an address for protocols"),
    ([192, 0, 2, 0], 24, "an address for documentation"),
    ([192, 88, 99, 0], 24, "an address of a 6to4 relay"),
    ([192, 168, 0, 0], 16, "a private address"),
    ([198, 18, 0, 0], 15, "an address for measurements"),
    ([198, 51, 100, 0], 24, "an address for documentation"),
    ([203, 0, 113, 0], 24, "an address for documentation"),
    ([224, 0, 0, 0], 4, "a multicast address"),
    ([240, 0, 0, 0], 4, "a reserved address"),
];

/// Blocks of IPv6 within `2000::/3`, outside of which nothing is public, that are not for everybody.
const SPECIAL_V6: &[([u16; 2], u32, &str)] = &[
    ([0x2001, 0x0000], 23, "an address for protocols, such as Teredo"),
    ([0x2001, 0x0db8], 32, "an address for documentation"),
    ([0x2002, 0x0000], 16, "a 6to4 address"),
    ([0x3fff, 0x0000], 20, "an address for documentation"),
];

impl Place {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        if address.is_loopback() {
            return Self::ThisMachine;
        }
        let bits = address.to_bits();
        let within =
            |block: &[u8; 4], length: u32| (bits ^ Ipv4Addr::from(*block).to_bits()) >> (32 - length) == 0;
        let special = SPECIAL_V4.iter().find(|(block, length, _)| within(block, *length));
        special.map_or(Self::Public, |(.., what)| Self::Special(what))
    }

    /// An address that stands for one of IPv4 is where that one is.
    fn of_v6(address: Ipv6Addr) -> Self {
        if address == Ipv6Addr::LOCALHOST {
            return Self::ThisMachine;
        }
        let parts = address.segments();
        let embedded = match parts {
            // Mapped, and NAT64 with the prefix that everybody knows (RFC 6052).
            [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
                let [.., a, b, c, d] = address.octets();
                Some(Ipv4Addr::new(a, b, c, d))
            }
            _ => None,
        };
        if let Some(address) = embedded {
            return Self::of_v4(address);
        }
        let bits = u32::from(parts[0]) << 16 | u32::from(parts[1]);
        let within = |[a, b]: [u16; 2], length: u32| {
            (bits ^ (u32::from(a) << 16 | u32::from(b))) >> (32 - length) == 0
        };
        let special = SPECIAL_V6.iter().find(|(block, length, _)| within(*block, *length));
        match special {
            Some((.., what)) => Self::Special(what),
            None if parts[0] >> 13 == 1 => Self::Public,
            None if parts[0] >> 8 == 0xff => Self::Special("a multicast address"),
            None if parts[0] >> 9 == 0xfc >> 1 => Self::Special("a private address"),
            None if parts[0] >> 6 == 0xfe80 >> 6 => Self::Special("a link-local address"),
            None if address.is_unspecified() => Self::Special("an unspecified address"),
            None => Self::Special("an address that is not public"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LO-7: nothing that only this machine or its network can reach is spoken with.
    #[test]
    fn lo_7_no_address_is_public_that_is_not_for_everybody() {
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0.0.0.0",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "4000::1",
            "1fff::1",
        ];
        for text in special {
            let address: IpAddr = text.parse().unwrap();
            for secure in [true, false] {
                assert!(Reach::Public.admits(address, secure).is_err(), "{text}");
                assert_eq!(Reach::Anywhere.admits(address, secure), Ok(()), "{text}");
            }
        }
    }

    #[test]
    fn public_addresses_are_reached_over_tls_alone() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ];
        for text in public {
            let address: IpAddr = text.parse().unwrap();
            for reach in [Reach::Public, Reach::AndThisMachine, Reach::Anywhere] {
                assert_eq!(reach.admits(address, true), Ok(()), "{text}");
                assert!(reach.admits(address, false).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn in_development_this_machine_is_reached_and_no_other() {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(Reach::AndThisMachine.admits(text.parse().unwrap(), false), Ok(()), "{text}");
        }
        for text in ["10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "::", "fe80::1", "fd00::1"] {
            assert!(Reach::AndThisMachine.admits(text.parse().unwrap(), true).is_err(), "{text}");
        }
    }
}
