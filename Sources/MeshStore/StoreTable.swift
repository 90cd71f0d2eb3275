/// What a table holds. The raw value is part of what each row's key is derived from and never changes.
enum StoreTable: UInt8, CaseIterable, Sendable {
    case meta = 1
    case message
    case chain
    case ownChain
    case prekey
    case letter
    case memberSince

    var name: String {
        switch self {
        case .meta: "meta"
        case .message: "message"
        case .chain: "chain"
        case .ownChain: "own_chain"
        case .prekey: "prekey"
        case .letter: "letter"
        case .memberSince: "member_since"
        }
    }

    /// The smallest bucket that a content is padded to.
    ///
    /// What must be erasable is sealed to more than a page. SQLite then keeps the end of the row, where salt and
    /// wrapped key stand, on pages that no other row shares, and fills those with zeros when the row goes. Rows that
    /// fit in a page are moved about when the tree is balanced, and nothing promises that `secure_delete` finds each
    /// place where they once were. (30,000 erased rows of either size left nothing behind when it was tried.)
    var smallestContent: Int {
        switch self {
        case .message, .prekey, .letter: 1_024
        case .meta, .chain, .ownChain, .memberSince: 256
        }
    }
}

/// A row as it is on the disk.
struct SealedRow: Sendable {
    /// The row's number. That of a message is its index.
    let id: Int64
    /// A keyed hash of what the row is found by.
    let tag: [UInt8]
    /// Of messages: a keyed hash of author, chain, recipient and number.
    let place: [UInt8]?
    let sealed: [UInt8]
    let salt: [UInt8]
    /// Of messages and prekeys: the secret, wrapped.
    let key: [UInt8]?
}
