import Testing

@testable import MeshCore

/// A node that repairs what it lacks: eve hands over what bob has written, carol does so honestly later.
struct RepairScene {
    let node: LoneNode
    let (eve, bob, carol): (HostilePeer, HostilePeer, HostilePeer)
    let (eveLink, bobLink, carolLink): (LinkID, LinkID, LinkID)

    init(_ change: (inout NodeConfiguration) -> Void = { _ in }) {
        node = LoneNode.founder(change)
        eve = HostilePeer.member(10, of: node)
        bob = HostilePeer.member(11, of: node)
        carol = HostilePeer.member(12, of: node)
        (eveLink, bobLink, carolLink) = (eve.join(), bob.join(), carol.join())
    }

    struct Asked {
        let id: Hash
        let prekey: Bytes32
        let want: SyncRequest.Want
    }

    /// The provider says that it holds so many messages of bob's; the node asks for what it lacks of them.
    func asked(_ provider: HostilePeer, over link: LinkID, for chain: ChatHeader, through next: UInt64) throws -> Asked
    {
        let entry = VersionVector.Entry(author: chain.sender, chain: chain.chain, next: next)
        let earlier = Set(provider.requests(over: link).map(\.id))
        provider.say(.vector(VersionVector(root: WireValues.hash(1), chains: [entry])), over: link)
        let request = try #require(
            provider.requests(over: link).last { request in
                guard case .ranges = request.request.want else { return false }
                return !earlier.contains(request.id)
            })
        return Asked(id: request.id, prekey: try #require(request.request.prekey), want: request.request.want)
    }

    /// The node asks for letters to it, as it does of each member now and then.
    func askedForLetters(_ provider: HostilePeer, over link: LinkID) throws -> Asked {
        let earlier = Set(provider.requests(over: link).map(\.id))
        node.core.requestDirect(from: provider.id)
        node.feed(.deadline)
        let request = try #require(
            provider.requests(over: link).last { request in
                guard case .direct = request.request.want else { return false }
                return !earlier.contains(request.id)
            })
        return Asked(id: request.id, prekey: try #require(request.request.prekey), want: request.request.want)
    }

    /// The items, re-sealed by `provider` for this request.
    func resealed(_ items: [ChatHistory.Item], by provider: HostilePeer, for asked: Asked) throws -> [SyncResponse.Item]
    {
        try #require(provider.chat.reseal(items, for: node.id, prekey: asked.prekey, request: asked.id))
    }

    /// All messages of this chain below the returned number are held.
    func next(of header: ChatHeader) -> UInt64 { node.core.chat.history.next(of: ChatHistory.ChainKey(header)) }

    /// Carol hands over all that the node lacks of this chain.
    func carolMends(_ items: [ChatHistory.Item]) throws {
        let header = try #require(items.last).header
        let asked = try asked(carol, over: carolLink, for: header, through: header.seq + 1)
        guard case .ranges(let ranges) = asked.want else { return }
        let lacking = items.filter { item in ranges.contains { $0.holds(ChainPlace(item.header)) } }
        carol.respond(try resealed(lacking, by: carol, for: asked), to: asked.id, over: carolLink)
    }
}
