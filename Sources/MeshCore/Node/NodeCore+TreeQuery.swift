// What pictures of broadcast trees are drawn from.
extension NodeCore {
    /// Open links over which this node passes on the messages of this author at once; over the others it announces
    /// them. All are eager for an author of whom it has heard nothing.
    package func eagerLinks(for author: NodeID) -> [LinkID] {
        links.all.filter { $0.link.phase == .open && plumtree.isEager($0.id, for: author) }.map(\.id)
    }
}
