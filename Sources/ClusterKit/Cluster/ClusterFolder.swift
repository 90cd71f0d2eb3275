package import ChatKit
internal import Foundation
internal import Glibc

/// Where one cluster lives: a folder of its own below one that only its owner can enter, locked for as long as
/// the cluster runs. The paths are short, because a socket's path has at most 107 bytes.
package final class ClusterFolder: Sendable {
    package let path: String
    package let name: String
    private let lock: OpenFile

    /// `$MESH_CLUSTERS`, or `/tmp/mesh-cluster-UID`.
    package static var root: String { Environment.current["MESH_CLUSTERS"] ?? "/tmp/mesh-cluster-\(getuid())" }

    package static func path(of name: String) -> String { "\(root)/\(name)" }
    package static func keeperSocket(of name: String) -> String { "\(path(of: name))/keeper.sock" }

    /// Makes the folder; ends and removes first what dead clusters have left behind.
    ///
    /// - Throws: ``UserError`` 64 for a name that makes no folder, 73 when a cluster of that name runs.
    package init(_ name: String) throws(UserError) {
        guard Folder.isPlainName(name) else {
            throw UserError(.usage, "a cluster's name has 1 to 32 of the characters a-z A-Z 0-9 - _")
        }
        try Folder.prepare(Self.root)
        (self.name, path) = (name, Self.path(of: name))
        let turn = try Self.takeTurn()
        defer { turn.unlock() }
        Leftovers.clear(Self.root)
        try Folder.prepare(path)
        let isLocked: Bool
        do throws(SystemError) {
            lock = try OpenFile(path + "/lock", for: .readAndAppend)
            isLocked = try lock.lock()
        } catch {
            throw UserError(.cannotCreate, "cannot lock \(path)/lock: \(error)")
        }
        guard isLocked else {
            throw UserError(
                .cannotCreate,
                "a cluster called \(name) runs already; end it with: mesh-cluster down, or give this one another name "
                    + "with --cluster NAME")
        }
    }

    /// One cluster starts after the other: a folder that is made and not yet locked looks like one that was left behind.
    private static func takeTurn() throws(UserError) -> OpenFile {
        do throws(SystemError) {
            let turn = try OpenFile(root, for: .read)
            try turn.waitForLock()
            return turn
        } catch {
            throw UserError(.cannotCreate, "cannot lock \(root): \(error)")
        }
    }

    package func node(_ number: Int) -> String { "\(path)/\(NodeSelection.name(number))" }

    /// Removes all of it.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
        lock.unlock()
    }

    /// What to say when there is none of that name.
    static func notRunning(_ name: String) -> UserError {
        let flag = name == KeeperClient.defaultName ? "" : " --cluster \(name.shown)"
        return UserError(
            .unavailable, "no cluster called \(name.shown) runs here; bring one up with: mesh-cluster up 3\(flag)")
    }
}

/// What a cluster leaves whose tool was killed: a folder that nobody holds the lock of, and at worst processes, when
/// the tool died in the moment between their start and their wish to die with it.
enum Leftovers {
    static func clear(_ root: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for name in names { clearIfDead("\(root)/\(name)") }
    }

    private static func clearIfDead(_ path: String) {
        guard Folder.status(path)?.isFolder == true,
            let lock = try? OpenFile(path + "/lock", for: .readAndAppend), (try? lock.lock()) == true
        else { return }
        for process in processes(of: path) { _ = kill(process, SIGKILL) }
        try? FileManager.default.removeItem(atPath: path)
        lock.unlock()
    }

    /// Those that were told a path in the folder as an argument.
    private static func processes(of path: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let mark = Array(path.utf8) + [UInt8(ascii: "/")]
        return entries.compactMap { pid_t($0) }.filter { process in
            guard process != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
            else { return false }
            return line.split(separator: 0).contains { $0.starts(with: mark) }
        }
    }
}
