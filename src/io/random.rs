//! Random numbers for names and delays.

use std::time::SystemTime;

/// A random number from the operating system. Not for keys: it has a fallback.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::getrandom(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        // A sandbox can deny both the system call and /dev/urandom. Two processes still get different numbers.
        Err(_) => clock_nanoseconds() ^ u64::from(std::process::id()).rotate_left(32),
    }
}

fn clock_nanoseconds() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| {
        u64::from(now.subsec_nanos()) ^ now.as_secs().rotate_left(30)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_differ() {
        let numbers: HashSet<u64> = (0..64).map(|_| random_u64()).collect();
        assert_eq!(numbers.len(), 64);
    }
}
