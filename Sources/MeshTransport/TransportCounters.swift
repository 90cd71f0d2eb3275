internal import MeshCore

/// What passed through the sockets, for `status`.
struct TransportCounters {
    var bytesIn: UInt64 = 0
    var bytesOut: UInt64 = 0
    var framesIn: UInt64 = 0
    var framesOut: UInt64 = 0
    var datagramsIn: UInt64 = 0
    var datagramsOut: UInt64 = 0
    /// Connections that were closed at once because all half-open places were taken.
    var refusedFull: UInt64 = 0
    /// Links that ended before they were secured, or later with a reason other than a plain close.
    private var failures: [String: UInt64] = [:]

    mutating func count(_ failure: LinkFailure) { failures["transport.failed.\(failure.name)", default: 0] += 1 }

    /// In ascending order of the names.
    var list: [NodeStatus.Counter] {
        var values = failures
        values["transport.bytesIn"] = bytesIn
        values["transport.bytesOut"] = bytesOut
        values["transport.framesIn"] = framesIn
        values["transport.framesOut"] = framesOut
        values["transport.datagramsIn"] = datagramsIn
        values["transport.datagramsOut"] = datagramsOut
        values["transport.refusedFull"] = refusedFull
        return values.sorted { $0.key < $1.key }.map { NodeStatus.Counter(name: $0.key, count: $0.value) }
    }
}
