internal import Subprocess
internal import SystemPackage

extension Executable {
    /// As a shell understands the first word of a command: a path when there is a slash in it.
    static func word(_ word: String) -> Executable { word.contains("/") ? .path(FilePath(word)) : .name(word) }
}
