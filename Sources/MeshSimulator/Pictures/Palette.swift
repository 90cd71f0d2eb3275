/// How everything looks, as one style sheet: black on white, and the reverse for readers who prefer dark. A sheet of
/// paper lies below all, so that a viewer that knows only the first is right as well.
enum Palette {
    static let sheet = """
        text { font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
        .paper { fill: #ffffff; }
        .title { fill: #1f2328; font-size: 20px; font-weight: 600; }
        .heading { fill: #1f2328; font-size: 14px; font-weight: 600; }
        .label { fill: #59636e; font-size: 12px; }
        .tiny { fill: #59636e; font-size: 9px; }
        .grid { stroke: #d1d9e0; stroke-width: 1; fill: none; }
        .axis { stroke: #818b98; stroke-width: 1; fill: none; }
        .eager { stroke: #0969da; stroke-width: 1.8; fill: none; }
        .lazy { stroke: #bc4c00; stroke-width: 1.2; stroke-dasharray: 4 3; fill: none; }
        .link { stroke: #59636e; stroke-width: 1.2; fill: none; }
        .thin { stroke-width: 0.6; stroke-opacity: 0.75; }
        .hair { stroke-width: 0.4; stroke-opacity: 0.3; }
        .node { stroke: #1f2328; stroke-width: 6; stroke-linecap: round; fill: none; }
        .absent { stroke: #c8cfd6; stroke-width: 6; stroke-linecap: round; fill: none; }
        .author { stroke: #cf222e; stroke-width: 11; stroke-linecap: round; fill: none; }
        .medium { stroke-width: 3.5; }
        .small { stroke-width: 2; }
        .first { fill: #0969da; }
        .second { fill: #bc4c00; }

        """ + "@media (prefers-color-scheme: dark) {\n" + dark + "}\n"

    private static let dark = """
        .paper { fill: #0d1117; }
        .title, .heading { fill: #f0f6fc; }
        .label, .tiny { fill: #9198a1; }
        .grid { stroke: #3d444d; }
        .axis { stroke: #656c76; }
        .eager { stroke: #4493f8; }
        .lazy { stroke: #f0883e; }
        .link { stroke: #9198a1; }
        .node { stroke: #f0f6fc; }
        .absent { stroke: #3d444d; }
        .author { stroke: #f85149; }
        .first { fill: #4493f8; }
        .second { fill: #f0883e; }

        """
}
