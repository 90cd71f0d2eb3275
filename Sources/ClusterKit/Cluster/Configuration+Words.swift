internal import Subprocess
internal import SystemPackage

extension Configuration {
    /// The words of a command. As a shell understands the first of them: a path when there is a slash in it.
    init(_ words: [String], _ options: PlatformOptions = PlatformOptions()) {
        let program = words[0]
        self.init(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(words.dropFirst())), platformOptions: options)
    }
}
