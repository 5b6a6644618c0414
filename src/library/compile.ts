import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Diagnostic, formatDiagnostic as formatFinding } from '../compiler/diagnostic.ts'
import { decodeSource } from '../compiler/read/decode-source.ts'
import { createSource } from '../compiler/source.ts'
import { Fault } from '../core/fault.ts'
import type { Wiring } from './wiring.ts'
import type { CompileOptions, CompileResult, Workflow } from './workflow.ts'
import { type CompileParts, compileParts, partsOf } from './workflow-parts.ts'

export const createCompile =
  (wiring: Wiring) =>
  (source: string | { file: string }, options: CompileOptions = {}): CompileResult => {
    const file = typeof source === 'string' ? undefined : resolve(source.file)
    const decoded =
      typeof source === 'string'
        ? { source: createSource('<text>', source), diagnostics: undefined }
        : decodeSource(source.file, readSource(source.file))
    const { text } = decoded.source
    if (decoded.diagnostics?.hasErrors) return { ok: false, diagnostics: decoded.diagnostics.toList(), text }
    const parts = toParts(file, { options, wiring })
    const { compiled, diagnostics } = compileParts(decoded.source, parts)
    if (compiled === undefined) return { ok: false, diagnostics, text }
    const workflow: Workflow = {
      name: compiled.name,
      hash: compiled.hash,
      file,
      input: compiled.input,
      secrets: compiled.secrets,
      machine: compiled.root.machine,
    }
    partsOf.set(workflow, { ...parts, compiled })
    return { ok: true, workflow, diagnostics, text }
  }

const toParts = (
  file: string | undefined,
  { options, wiring }: { options: CompileOptions; wiring: Wiring },
): CompileParts => {
  const folder = file === undefined ? undefined : dirname(file)
  const { actors = [], providers = {} } = options
  const { catalogue } = wiring.createPerformer({ actors, providers }, { folder })
  return { options, folder, catalogue, links: file === undefined ? undefined : wiring.createLinkReader() }
}

const readSource = (file: string): Uint8Array => {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Fault('not_found', `'${file}' can't be read: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Formats a finding as the command line prints it, without colours: `FILE:LINE:COL: error[CODE]: message`, with `text` the line and
 * carets under it, and the hint. No line break at the end.
 */
export const formatDiagnostic = (diagnostic: Diagnostic, text?: string): string =>
  formatFinding(diagnostic, text === undefined ? undefined : createSource(diagnostic.file, text))
