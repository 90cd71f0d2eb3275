internal import COpenSSL
internal import Glibc
internal import Synchronization

/// Places for small secrets when OpenSSL's heap is full, which is after some 98,000 of them.
///
/// With pages of its own for each secret a process would end at 65,530 more, the mappings that Linux grants it
/// (`vm.max_map_count`). A block of 256 KiB has places for 8,192. Blocks are kept for the next secrets.
enum SecretPool {
    /// A key, or half of a key pair.
    static let placeSize = 32
    private static let blockSize = 256 << 10

    /// Addresses of places that hold nothing but zeros.
    private static let free = Mutex<[UInt]>([])

    /// 32 zero bytes; nil when there is no memory.
    static func take() -> UnsafeMutableRawPointer? {
        let address = free.withLock { free in
            if free.isEmpty { free = makeBlock() }
            return free.popLast()
        }
        // Reason for unsafe: within a block that is never unmapped, and in nobody else's hands.
        return unsafe address.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
    }

    /// Zeroes a place that came from ``take()`` and keeps it for the next secret.
    static func giveBack(_ place: UnsafeMutableRawPointer) {
        // Reason for unsafe: the caller's place, handed over here.
        unsafe OPENSSL_cleanse(place, placeSize)
        let address = UInt(bitPattern: place)
        free.withLock { $0.append(address) }
    }

    private static func makeBlock() -> [UInt] {
        // Reason for unsafe: only the address is taken; nobody else has the block.
        guard let block = unsafe SecretMemory.map(blockSize) else { return [] }
        let first = UInt(bitPattern: block)
        return stride(from: 0, to: UInt(blockSize), by: placeSize).reversed().map { first + $0 }
    }
}
