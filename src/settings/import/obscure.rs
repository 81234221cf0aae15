//! rclone's obscured passwords: AES-256 in counter mode under a key that is public, so that a glance at the file does not
//! show them. Source: <https://rclone.org/commands/rclone_obscure/> and rclone's package `fs/config/obscure`.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secret::Secret;

/// The same in every rclone.
const KEY: [u8; 32] = [
    0x9c, 0x93, 0x5b, 0x48, 0x73, 0x0a, 0x55, 0x4d, 0x6b, 0xfd, 0x7c, 0x63, 0xc8, 0x86, 0xa9, 0x2b,
    0xd3, 0x90, 0x19, 0x8e, 0xb8, 0x12, 0x8a, 0xfb, 0xf4, 0xde, 0x16, 0x2b, 0x8b, 0x95, 0xf6, 0x38,
];

/// The length of a block, and of the counter in front of the text.
const BLOCK: usize = 16;

/// Returns the password in clear; the error is a clause about the remote.
pub fn reveal(obscured: &str) -> Result<Secret, &'static str> {
    const WRONG: &str = "has a password that rclone did not obscure";
    let bytes = URL_SAFE_NO_PAD.decode(obscured.trim()).map_err(|_| WRONG)?;
    let (counter, text) = bytes.split_first_chunk::<BLOCK>().ok_or(WRONG)?;
    let cipher = Aes256::new(&KEY.into());
    let mut counter = u128::from_be_bytes(*counter);
    let mut clear = Vec::with_capacity(text.len());
    for chunk in text.chunks(BLOCK) {
        let mut block = counter.to_be_bytes().into();
        cipher.encrypt_block(&mut block);
        clear.extend(chunk.iter().zip(block.iter()).map(|(byte, key)| byte ^ key));
        counter = counter.wrapping_add(1);
    }
    String::from_utf8(clear).map(Secret::new).map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rclones_own_examples_are_revealed() {
        for (obscured, password) in [
            ("YWFhYWFhYWFhYWFhYWFhYQ", ""),
            ("YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ", "potato"),
            ("YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw", "potato"),
        ] {
            let revealed = reveal(obscured).unwrap();
            assert_eq!(revealed.expose(), password);
        }
        for wrong in [
            "",
            "aGVsbG8",
            "YmJiYmJiYmJiYmJiYmJiYp*gcEWbAw",
            "YWFhYWFhYWFhYWFhYWFhYf8",
        ] {
            assert!(reveal(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_counter_is_of_sixteen_bytes_and_wraps() {
        // Nineteen bytes need a second block, whose counter is zero. Made with openssl enc -aes-256-ctr.
        let obscured = include_str!("../../../tests/vectors/rclone-obscured.txt");
        assert_eq!(reveal(obscured).unwrap().expose(), "nineteen characters");
    }
}
