internal import Glibc
public import MeshCore
internal import MeshTransport
internal import NIOCore

/// What went wrong, as a code for programs and a sentence for people.
public struct MeshError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case badArgument, unknownMember, notAMember, revoked, tooLong, timeout, io, portInUse, stopped, limit,
            `internal`
    }
    public let code: Code
    public let reason: String
    public var description: String { reason }

    public init(_ code: Code, _ reason: String) { (self.code, self.reason) = (code, reason) }
}

extension MeshError {
    /// Why a node refused a command.
    public init(_ refusal: CommandError) {
        switch refusal {
        case .notAMember: self.init(.notAMember, "this node is not a member of a network yet")
        case .unknownMember: self.init(.unknownMember, "no member has this key")
        case .revokedKey: self.init(.revoked, "this key is revoked, which is permanent")
        case .weakKey: self.init(.badArgument, "this is a weak key that nobody can own")
        case .ownKey: self.init(.badArgument, "this is this node's own key")
        case .textTooLong(let limit): self.init(.tooLong, "a message holds at most \(limit) bytes")
        case .invalidText: self.init(.badArgument, "the text is empty or not UTF-8")
        case .invalidNick(let why): self.init(.badArgument, "this nick cannot be used: \(why)")
        case .noOffer: self.init(.badArgument, "this member has made no offer, or it has expired")
        case .alreadyInNetwork: self.init(.badArgument, "this node is a member of a network already")
        case .openNetwork: self.init(.badArgument, "an open network admits everybody; there is nobody to invite")
        case .limit(let what): self.init(.limit, what)
        case .unreachable: self.init(.io, "nobody who could pass this on is in reach")
        case .storage(let why): self.init(.io, "it could not be stored: \(why)")
        case .stopping: self.init(.stopped, "the node is stopping")
        }
    }

    static let stopped = MeshError(.stopped, "the node has stopped")

    /// Why the listener could not be opened.
    init(binding endpoint: Endpoint, _ error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: self.init(.portInUse, "port \(endpoint.port) is in use on \(endpoint.host)")
        case EADDRNOTAVAIL: self.init(.badArgument, "\(endpoint.host) is not an address of this machine")
        case EACCES: self.init(.io, "this user may not open port \(endpoint.port)")
        default: self.init(.io, "cannot listen on \(endpoint): \(error)")
        }
    }
}
