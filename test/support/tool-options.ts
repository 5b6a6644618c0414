import type { ToolOptions } from '../../src/actors/tools/tool-options.ts'

/** Options under which tools may touch nothing but what a test opens to them. */
export const createToolOptions = ({
  root,
  protectedPaths = [],
  allow = [],
  mayEvaluate = false,
}: {
  /** A folder to read and write. */
  root?: string
  protectedPaths?: string[]
  allow?: string[]
  mayEvaluate?: boolean
} = {}): ToolOptions => {
  const roots = root === undefined ? [] : [root]
  return {
    files: { read: roots, write: roots, protected: protectedPaths },
    http: { allow },
    json: { eval: mayEvaluate },
    now: () => Date.now(),
  }
}
