internal import Glibc

/// What a repair does with files.
extension StoreFile {
    /// Removes a database and what belongs to it, if it is there.
    static func remove(_ path: String) {
        for file in [path] + suffixes.map({ path + $0 }) {
            // Reason for unsafe, here and below: paths are passed as C strings that live as long as the calls.
            unsafe unlink(file)
        }
    }

    /// Puts a closed database in the place of another, which stays beside it as "PATH.damaged-N". The database has
    /// its place at every moment; what was in its log is kept with it.
    static func replace(_ path: String, with new: String) throws(StoreError) {
        guard let number = (1...).first(where: { !exists("\(path).damaged-\($0)") }) else { return }
        let old = "\(path).damaged-\(number)"
        guard unsafe link(path, old) == 0 else { throw failure(old) }
        for suffix in suffixes where exists(path + suffix) {
            guard unsafe rename(path + suffix, old + suffix) == 0 else { throw failure(old + suffix) }
        }
        guard unsafe rename(new, path) == 0 else { throw failure(path) }
    }

    /// Copies a database and its log, with another's pages in the place of those that list the tables.
    static func copy(_ path: String, to copy: String, withTablesOf other: String) throws(StoreError) {
        try copyAll(of: path, to: copy)
        if exists(path + "-wal") { try copyAll(of: path + "-wal", to: copy + "-wal") }
        var first = try page(1, of: other)
        for number in children(of: first) { try write(page(number, of: other), to: copy, at: offset(ofPage: number)) }
        // SQLite's file format, section 1.3: when the change counter (offset 24) and the number that the size is
        // valid for (92) differ, the size of the file counts. The free list (32 and 36) is forgotten.
        for offset in Array(32..<40) + Array(92..<96) { first[offset] = 0 }
        try write(first, to: copy, at: 0)
    }

    /// The pages below the first one, when it is the root of a tree of two levels (section 1.6: type 5 at offset 100,
    /// u16 number of cells at 103, u32 last page at 108, then u16 places of the cells, which begin with a u32 page).
    private static func children(of first: [UInt8]) -> [Int] {
        func integer(_ offset: Int, _ count: Int) -> Int {
            first[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
        }
        guard first[100] == 5 else { return [] }
        return [integer(108, 4)] + (0..<integer(103, 2)).map { integer(integer(112 + 2 * $0, 2), 4) }
    }

    private static func offset(ofPage number: Int) -> Int { (number - 1) * StoreLimits.pageSize }

    private static func page(_ number: Int, of path: String) throws(StoreError) -> [UInt8] {
        let bytes = try read(path, at: offset(ofPage: number), count: StoreLimits.pageSize)
        guard bytes.count == StoreLimits.pageSize else { throw .damaged("\(path) is too short") }
        return bytes
    }

    private static func copyAll(of path: String, to copy: String) throws(StoreError) {
        var offset = 0
        while true {
            let chunk = try read(path, at: offset, count: copyChunk)
            try write(chunk, to: copy, at: offset)
            if chunk.count < copyChunk { return }
            offset += chunk.count
        }
    }

    private static let copyChunk = 1 << 20

    private static func read(_ path: String, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { _ = Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        // Reason for unsafe: the call is told how much room there is.
        let read = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, count, offset) }
        guard read >= 0 else { throw failure(path) }
        return Array(bytes.prefix(read))
    }

    private static func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(StoreError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { _ = Glibc.close(descriptor) }
        // Reason for unsafe: the call reads as many bytes as there are.
        let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, offset) }
        guard written == bytes.count else { throw failure(path) }
    }
}
