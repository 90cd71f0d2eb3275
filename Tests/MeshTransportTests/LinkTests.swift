import MeshCore
import MeshTransport
import Testing

/// Real connections on loopback between two transports.
@Suite(.timeLimit(.minutes(2)))
struct LinkTests {
    @Test(arguments: [true, false])
    func bothEndsOfALinkSeeTheSameChannelAndExchangeFrames(tls: Bool) async throws {
        let alice = try await TransportEnd.start(seed: 1, tls: tls)
        let bob = try await TransportEnd.start(seed: 2, tls: tls)
        let dialled = try await alice.dial(bob.endpoint)
        let (_, outgoing) = try await alice.linkUp(dialled)
        let (accepted, incoming) = try await bob.linkUp()
        #expect(outgoing.channel == incoming.channel)
        #expect(outgoing.channel != .zero)
        #expect(outgoing.role == .dialler && incoming.role == .acceptor)
        #expect(outgoing.remote == bob.endpoint)
        #expect(outgoing.tls == (tls ? "TLSv1.3" : nil) && incoming.tls == outgoing.tls)
        #expect(outgoing.certificateKey == (tls ? bob.key : nil))
        #expect(incoming.certificateKey == (tls ? alice.key : nil))

        try await alice.order { $0.send(dialled, .unknownOptional(0x8000_0001)) }
        try await bob.order { $0.send(accepted, .unknownOptional(0x8000_0002)) }
        #expect(try await bob.message(on: accepted) == .unknownOptional(0x8000_0001))
        #expect(try await alice.message(on: dialled) == .unknownOptional(0x8000_0002))

        try await alice.order { $0.close(dialled, .quit) }
        #expect(try await alice.linkDown(dialled) == .closedByUs)
        #expect(try await bob.linkDown(accepted) == .closed)
        try await alice.close()
        try await bob.close()
    }

    @Test func theChannelIsAnotherOnEachConnection() async throws {
        let alice = try await TransportEnd.start(seed: 1)
        let bob = try await TransportEnd.start(seed: 2)
        let first = try await alice.linkUp(alice.dial(bob.endpoint)).1
        let second = try await alice.linkUp(alice.dial(bob.endpoint)).1
        #expect(first.channel != second.channel)
    }

    @Test func anotherKeyThanTheExpectedOneEndsTheDial() async throws {
        let alice = try await TransportEnd.start(seed: 1)
        let bob = try await TransportEnd.start(seed: 2)
        let dialled = try await alice.dial(bob.endpoint, expected: alice.key)
        #expect(try await alice.linkDown(dialled) == .unexpectedKey(bob.key))
    }

    @Test func aPortWhereNobodyListensIsSaidInWords() async throws {
        let alice = try await TransportEnd.start(seed: 1)
        let bob = try await TransportEnd.start(seed: 2)
        try await bob.close()
        let dialled = try await alice.dial(bob.endpoint)
        #expect(try await alice.linkDown(dialled) == .unreachable("nobody listens there"))
    }

    @Test func aNameThatDoesNotExistIsSaidInWords() async throws {
        let alice = try await TransportEnd.start(seed: 1)
        let dialled = try await alice.dial(Endpoint(host: "no-such-host.invalid", port: 9))
        #expect(
            try await alice.linkDown(dialled) == .unreachable("the name no-such-host.invalid was not found"))
    }

    @Test func aNameIsDialled() async throws {
        let alice = try await TransportEnd.start(seed: 1)
        let bob = try await TransportEnd.start(seed: 2)
        let dialled = try await alice.dial(Endpoint(host: "localhost", port: bob.endpoint.port))
        #expect(try await alice.linkUp(dialled).1.certificateKey == bob.key)
    }

    // MARK: One end speaks TLS and the other does not

    @Test func aTLSDiallerLearnsThatTheOtherEndSpeaksClearText() async throws {
        let tls = try await TransportEnd.start(seed: 1)
        let clear = try await TransportEnd.start(seed: 2, tls: false)
        let dialled = try await tls.dial(clear.endpoint)
        #expect(try await tls.linkDown(dialled) == .clearExpected)
        #expect(try await clear.rejections.first { $0.reason } == .tlsExpected)
        _ = try await clear.log.first { $0.contains("the other end speaks TLS") ? true : nil }
        #expect(clear.inputs.entries.isEmpty)
    }

    @Test func aClearDiallerLearnsThatTheOtherEndSpeaksTLS() async throws {
        let tls = try await TransportEnd.start(seed: 1)
        let clear = try await TransportEnd.start(seed: 2, tls: false)
        let dialled = try await clear.dial(tls.endpoint)
        #expect(try await clear.linkDown(dialled) == .tlsExpected)
        #expect(try await tls.rejections.first { $0.reason } == .clearExpected)
        _ = try await tls.log.first { $0.contains("the other end speaks clear text") ? true : nil }
        #expect(tls.inputs.entries.isEmpty)
    }
}
