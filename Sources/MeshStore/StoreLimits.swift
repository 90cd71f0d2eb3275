/// The store's own bounds and sizes.
package enum StoreLimits {
    /// Bytes of a database page. Small, so that a row sealed to 1,040 bytes always ends on a page of its own (see
    /// ``StoreTable/smallestContent``) and a commit of one short message writes some 5 KiB.
    static let pageSize = 1_024
    /// SQLite's page cache, in KiB.
    static let cacheKibibytes = 4_096
    /// What the database file grows to at most: 4 GiB, some three million messages.
    package static let fileBytes = 4 << 30
    /// The largest content of a row: a signed body of 1 MiB with 1,024 wraps of 88 bytes and 64 KiB of ciphertext.
    static let content = 2 << 20
    /// Indices from here on are no messages' but a damaged page's.
    static let index: Int64 = 1 << 52
    /// Gaps in a chain beyond this number do not fit in a row.
    static let ranges = content / 16
    /// Copies of the row that says whose store this is.
    static let metaCopies: Int64 = 2
    /// How many rows at each end of a table show whether a key opens the store when no copy of that row does.
    static let probes = 8
    /// After how many numbers without a row a repair stops trying them one by one. A damaged page above the leaves
    /// hides some 700 rows.
    static let repairMisses = 10_000
    /// How many rows a repair copies in one transaction.
    static let repairBatch = 1_000
    /// Bytes of a keyed hash that rows are found by.
    static let tag = 16
    static let salt = 16
}
