internal import Glibc
internal import MeshCore
internal import NIOCore
internal import NIOPosix

/// What NIO's errors mean, in words for people.
enum SocketErrors {
    /// Why a dial failed.
    static func reason(ofDial error: any Error) -> LinkFailure {
        if case ChannelError.connectTimeout = error { return .timeout }
        guard let connection = error as? NIOConnectionError else { return .unreachable(words(for: error)) }
        guard let first = connection.connectionErrors.first else {
            return .unreachable("the name \(connection.host.printable) was not found")
        }
        return reason(ofDial: first.error)
    }

    static func words(for error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)".printable }
        switch error.errnoCode {
        case ECONNREFUSED: return "nobody listens there"
        case EHOSTUNREACH, ENETUNREACH: return "no route to this address"
        case ETIMEDOUT: return "no answer"
        case ECONNRESET, EPIPE: return "reset by the peer"
        default: return "\(error)".printable
        }
    }
}

extension LinkFailure {
    /// What the holder of the node is told when a connection fails before the core knows it.
    var rejection: Rejection.Reason? {
        switch self {
        case .tlsExpected: .tlsExpected
        case .clearExpected: .clearExpected
        case .badCertificate, .unexpectedKey: .badIdentity
        default: nil
        }
    }
}
