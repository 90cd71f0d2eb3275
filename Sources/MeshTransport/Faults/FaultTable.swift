package import MeshCore

/// What is wrong with the way between this node and one address that it dials. Each link has one dialler, so a table in
/// every node covers every link once.
package struct LinkFault: Equatable, Sendable {
    /// Nothing of this node arrives there; what is sent meanwhile arrives when the cut is mended, as with TCP.
    package var cutsOutward = false
    /// Nothing from there arrives here.
    package var cutsInward = false
    /// New connections to there are never answered: the other end is behind a NAT.
    package var hidesListener = false
    /// Links to there are reset, and dials refused, at once: the network says no instead of nothing.
    package var resets = false
    /// How much longer everything takes, each way.
    package var delay = Duration.zero
    /// By how much the delay varies, up and down.
    package var jitter = Duration.zero
    /// How likely a piece of the stream is lost; it costs what TCP needs to send it again.
    package var loss = 0.0

    package init() {}

    /// A TCP connection needs both directions to come up.
    var preventsDials: Bool { cutsOutward || cutsInward || hidesListener }
}

/// The faults of one node's links, by the address dialled. Only a node that was started with faults enabled has one.
package struct FaultTable: Equatable, Sendable {
    package var faults: [Endpoint: LinkFault]

    package init(_ faults: [Endpoint: LinkFault] = [:]) { self.faults = faults }

    /// Links to these are reset and stay so.
    package init(resetting endpoints: Set<Endpoint>) {
        var fault = LinkFault()
        fault.resets = true
        faults = Dictionary(uniqueKeysWithValues: endpoints.map { ($0, fault) })
    }

    func fault(to endpoint: Endpoint) -> LinkFault { faults[endpoint] ?? LinkFault() }
}
