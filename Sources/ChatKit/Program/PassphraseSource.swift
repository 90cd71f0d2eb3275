package import MeshCrypto

/// Where passphrases come from: lines of a descriptor that a script has opened, or a person at a terminal. Never
/// arguments or variables, which others can see.
package struct PassphraseSource: Sendable {
    /// In bytes. A terminal hands out lines of 4,095 at most.
    private static let limit = 1_024

    private let descriptor: Int32?

    /// - Parameter descriptor: nil asks at the terminal.
    package init(descriptor: Int32? = nil) { self.descriptor = descriptor }

    /// A script gives the passphrase, whether or not it is needed.
    package var isGiven: Bool { descriptor != nil }

    /// The passphrase that `name` has.
    ///
    /// - Throws: ``UserError`` 77 when nobody can be asked; 64 when the descriptor gives none.
    package func existing(for name: String) throws(UserError) -> SecretBytes {
        if let descriptor { return try line(descriptor) }
        guard HiddenPrompt.isPossible else {
            throw UserError(
                .noPermission,
                "\(name) has a passphrase, and there is no terminal to ask for it; "
                    + "give it on a descriptor, as in: --passphrase-fd 3 3<FILE")
        }
        let passphrase = try HiddenPrompt.ask("Passphrase of \(name): ")
        guard passphrase.count > 0 else { throw UserError(.noPermission, "no passphrase was given for \(name)") }
        return passphrase
    }

    /// A passphrase that `name` is to have from now on; a person types it twice.
    ///
    /// - Throws: ``UserError`` 77 when nobody can be asked; 64 when none is given, or two different ones.
    package func fresh(for name: String) throws(UserError) -> SecretBytes {
        if let descriptor { return try line(descriptor) }
        guard HiddenPrompt.isPossible else {
            throw UserError(
                .noPermission,
                "a new passphrase is needed for \(name), and there is no terminal to ask for it; "
                    + "give it on a descriptor, as in: --new-passphrase-fd 4 4<FILE")
        }
        let passphrase = try HiddenPrompt.ask("New passphrase of \(name): ")
        guard passphrase.count > 0 else { throw UserError(.usage, "a passphrase has at least one character") }
        guard try HiddenPrompt.ask("The same again: ").equals(passphrase) else {
            throw UserError(.usage, "these are two different passphrases; nothing was changed")
        }
        return passphrase
    }

    /// Reads the line of a passphrase that is not needed. It must not be left for others: on standard input the next
    /// reader would say it to the group.
    func discard(_ name: String, say: (String) -> Void) throws(UserError) {
        guard let descriptor else { return }
        _ = try line(descriptor)
        say("\(name) has no passphrase, so the one of --passphrase-fd was not needed")
    }

    private func line(_ descriptor: Int32) throws(UserError) -> SecretBytes {
        let line: SecretBytes
        do throws(SecretFileError) {
            line = try SecretBytes.readLine(from: descriptor, limit: Self.limit)
        } catch .system(let code) {
            throw UserError(
                .usage, "cannot read a passphrase from descriptor \(descriptor): \(SystemError(code: code))")
        } catch {
            throw UserError(.usage, "the passphrase on descriptor \(descriptor) is longer than \(Self.limit) bytes")
        }
        guard line.count > 0 else { throw UserError(.usage, "descriptor \(descriptor) gives an empty passphrase") }
        return line
    }
}
