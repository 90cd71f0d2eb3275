import ArgumentParser
import ChatKit

/// `mesh-node keygen`.
struct Keygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the identity of a profile; never overwrites one. Prints its public key.")

    @OptionGroup var profile: ProfileOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting { print(try IdentityCommands.generate(profile.resolve())) }
    }
}

/// `mesh-node id`.
struct Identify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "id", abstract: "Print the public key of a profile, 64 hex digits: what whoever invites you needs."
    )

    @OptionGroup var profile: ProfileOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting { print(try IdentityCommands.publicKey(profile.resolve())) }
    }
}

/// `mesh-node cert`.
struct Certificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert", abstract: "Print the node's TLS certificate as PEM; it follows from the identity alone.")

    @OptionGroup var profile: ProfileOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting { print(try IdentityCommands.certificate(profile.resolve()), terminator: "") }
    }
}
