import ArgumentParser
import ChatKit

/// `mesh-node keygen`.
struct Keygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the identity of a profile; never overwrites one. Prints its public key.",
        discussion: "With --passphrase-fd it gets that passphrase; mesh-node id passwd sets one later.")

    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting { print(try IdentityCommands.generate(profile.resolve(), passphrase.source)) }
    }
}

/// `mesh-node id`.
struct Identify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "id", abstract: "Show, back up, restore or protect the identity of a profile.",
        discussion: """
            Without a subcommand it prints the public key: what whoever invites you needs.

            EXAMPLES
              mesh-node id
                  64 hex digits.
              mesh-node id passwd
                  Asks for a passphrase twice; from then on every start asks for it.
              mesh-node id export /media/stick/alice.mesh
                  A backup under a passphrase of its own.
              mesh-node id import alice.mesh
                  On the new machine, before the first start.
              mesh-node run --passphrase-fd 3 3<passphrase.txt
                  How a service starts.
            """,
        subcommands: [ShowIdentity.self, ExportIdentity.self, ImportIdentity.self, ChangePassphrase.self],
        defaultSubcommand: ShowIdentity.self)
}

/// `mesh-node id show`, which is `mesh-node id`.
struct ShowIdentity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the public key of a profile, 64 hex digits.")

    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let key = try IdentityCommands.publicKey(profile.resolve(), passphrase.source) { StandardError.say($0) }
            print(key)
        }
    }
}

/// `mesh-node id export`.
struct ExportIdentity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a backup of the identity, under a passphrase of its own.",
        discussion: """
            The backup holds who you are and nothing else: no messages, no members, no key of the history. The file \
            must not exist yet.

            When the identity has a passphrase too, --passphrase-fd gives that one and --new-passphrase-fd the \
            backup's; otherwise either gives the backup's.

            EXAMPLES
              mesh-node id export /media/stick/alice.mesh
              mesh-node id export alice.mesh --new-passphrase-fd 3 3<passphrase.txt
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "FILE")) var file: String
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var fresh: NewPassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            try IdentityBackup.export(
                profile.resolve(), to: file, passphrase: passphrase.source, fresh: fresh.source
            ) { StandardError.say($0) }
        }
    }
}

/// `mesh-node id import`.
struct ImportIdentity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take an identity from a file; never overwrites one. Prints its public key.",
        discussion: """
            The file holds 32 raw bytes, 64 hex digits, or what mesh-node id export wrote; - reads standard input. An \
            identity with a passphrase keeps it. Never run one identity on two machines at once.

            EXAMPLES
              mesh-node id import /media/stick/alice.mesh
              mesh-node id import alice.mesh --profile alice --passphrase-fd 3 3<passphrase.txt
            """)

    @Argument(help: ArgumentHelp("The file to read.", valueName: "FILE")) var file: String
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let key = try IdentityBackup.import(
                file, into: profile.resolve(), passphrase: passphrase.source
            ) { StandardError.say($0) }
            print(key)
        }
    }
}

/// `mesh-node id passwd`.
struct ChangePassphrase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Set, change or remove the passphrase of the identity.",
        discussion: """
            The key of the profile's history is sealed with the identity. No program may use the profile meanwhile.

            When there is a passphrase already, --passphrase-fd gives that one and --new-passphrase-fd the new one; \
            otherwise either gives the new one. Both may name one descriptor: the old line first.

            EXAMPLES
              mesh-node id passwd
              mesh-node id passwd --remove
              mesh-node id passwd --passphrase-fd 3 --new-passphrase-fd 4 3<old.txt 4<new.txt
            """)

    @Flag(help: "Take the passphrase away.")
    var remove = false

    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var fresh: NewPassphraseOptions

    func validate() throws {
        guard !remove || fresh.newPassphraseFd == nil else {
            throw ValidationError("--remove takes the passphrase away, so there is no new one")
        }
    }

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let (profile, passphrase) = (try profile.resolve(), passphrase.source)
            if remove {
                try IdentityBackup.removePassphrase(profile, passphrase: passphrase) { StandardError.say($0) }
            } else {
                try IdentityBackup.setPassphrase(
                    profile, passphrase: passphrase, fresh: fresh.source
                ) { StandardError.say($0) }
            }
        }
    }
}

/// `mesh-node cert`.
struct Certificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert", abstract: "Print the node's TLS certificate as PEM; it follows from the identity alone.")

    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let pem = try IdentityCommands.certificate(profile.resolve(), passphrase.source) { StandardError.say($0) }
            print(pem, terminator: "")
        }
    }
}
