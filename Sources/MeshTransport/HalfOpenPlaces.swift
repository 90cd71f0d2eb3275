/// How many accepted connections may be in the handshake at once: 64, and 8 from one address that is not this
/// machine, so that one stranger cannot keep all others out.
///
/// Excess connections are accepted and closed at once; diallers take that as "full" without names.
package struct HalfOpenPlaces {
    package static let limit = 64
    package static let limitPerAddress = 8

    private(set) var count = 0
    private var perAddress: [String: Int] = [:]

    package init() {}

    /// False when there is no place; otherwise one is taken until ``leave(_:)``.
    package mutating func enter(_ address: String) -> Bool {
        guard count < Self.limit else { return false }
        let here = perAddress[address, default: 0]
        guard IPAddress.isLoopback(address) || here < Self.limitPerAddress else { return false }
        count += 1
        perAddress[address] = here + 1
        return true
    }

    package mutating func leave(_ address: String) {
        guard let here = perAddress[address] else { preconditionFailure("no half-open place of \(address)") }
        count -= 1
        perAddress[address] = here == 1 ? nil : here - 1
    }
}
