internal import COpenSSL
internal import Glibc

/// Where secrets lie: OpenSSL's secure heap, whose pages have guards around them, are locked against swapping and
/// left out of core dumps. OpenSSL puts its own private keys there too.
enum SecretMemory {
    /// 4 MiB: half of what Debian lets a user lock, and 131,072 secrets of 32 bytes.
    private static let heapSize = 4 << 20
    /// The rest of the heap stays free for OpenSSL itself, which cannot go elsewhere when it is full.
    private static let heapShare = heapSize / 4 * 3

    private static let isHeapReady: Bool = {
        CRYPTO_secure_malloc_init(heapSize, 32) != 0 || CRYPTO_secure_malloc_initialized() == 1
    }()

    /// `count` zero bytes.
    static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        // Read without OpenSSL's lock: a rough figure is enough.
        if isHeapReady, CRYPTO_secure_used() < heapShare {
            // Reason for unsafe: the C allocator; the block is owned by the caller until `release`.
            if let block = unsafe CRYPTO_secure_zalloc(max(count, 1), #file, #line) {
                return unsafe buffer(block, count)
            }
        }
        // Reason for unsafe: as above, and `release` tells the two apart by their size.
        let place = unsafe count <= SecretPool.placeSize ? SecretPool.take() : map(wholePages(count))
        guard let place = unsafe place else { fatalError("no memory for a secret of \(count) bytes") }
        return unsafe buffer(place, count)
    }

    /// Zeroes the bytes and gives them back.
    static func release(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        // Reason for unsafe: frees what `allocate` returned, once, from the owner's `deinit`.
        if unsafe CRYPTO_secure_allocated(start) == 1 {
            unsafe CRYPTO_secure_clear_free(start, bytes.count, #file, #line)
        } else if bytes.count <= SecretPool.placeSize {
            unsafe SecretPool.giveBack(start)
        } else {
            unsafe OPENSSL_cleanse(start, bytes.count)
            unsafe munmap(start, wholePages(bytes.count))
        }
    }

    /// Pages when the heap is full. Locking may fail at the process's limit; the secret then still stays out of core
    /// dumps.
    static func map(_ size: Int) -> UnsafeMutableRawPointer? {
        // Reason for unsafe: a fresh anonymous mapping, the caller's.
        let pages = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let pages = unsafe pages, unsafe pages != MAP_FAILED else { return nil }
        unsafe mlock(pages, size)
        unsafe madvise(pages, size, MADV_DONTDUMP)
        return unsafe pages
    }

    private static func wholePages(_ count: Int) -> Int {
        let page = sysconf(Int32(_SC_PAGESIZE))
        return (max(count, 1) + page - 1) / page * page
    }

    private static func buffer(
        _ start: UnsafeMutableRawPointer, _ count: Int
    ) -> UnsafeMutableBufferPointer<UInt8> {
        unsafe UnsafeMutableBufferPointer(start: start.bindMemory(to: UInt8.self, capacity: count), count: count)
    }
}
