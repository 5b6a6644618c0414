/** `troupe validate`: checks workflows without running them. */
import { type Diagnostic, formatDiagnostic } from '../../../compiler/diagnostic.ts'
import type { OpenBlock, WorstCase } from '../../../compiler/prove/worst-case.ts'
import type { Proofs } from '../../../compiler/prove.ts'
import type { Source } from '../../../compiler/source.ts'
import { countOf } from '../../../core/count.ts'
import { CliError } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { describeProofs } from '../../describe-proofs.ts'
import { EXIT } from '../../exit-code.ts'
import { viewProject } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { paintDiagnostic } from '../../paint.ts'
import { toPrintable } from '../../printable.ts'
import { reportError } from '../../report-error.ts'

type Checked =
  | { file: string; diagnostics: readonly Diagnostic[]; source: Source; proofs?: Proofs | undefined }
  /** The file could not be read. */
  | { file: string; problem: CliError }

export const validate = async (
  context: Context,
  { files, json = false, strict = false }: { files: string[]; json?: boolean; strict?: boolean },
): Promise<number> => {
  const checked: Checked[] = []
  for (const file of files) checked.push(await check(file, { context, strict }))
  if (json) writeJson(context, toJson(checked))
  else report(checked, context)
  return isOk(checked) ? EXIT.completed : EXIT.invalid
}

const check = async (file: string, { context, strict }: { context: Context; strict: boolean }): Promise<Checked> => {
  try {
    const project = await viewProject(context, folderOf(file, context.workingFolder))
    const { diagnostics, source, proofs } = await compileFile(file, {
      context,
      project,
      proofs: strict,
      checkOnly: true,
    })
    return { file, diagnostics: inOrder([...diagnostics, ...(proofs?.findings ?? [])]), source, proofs }
  } catch (thrown) {
    if (thrown instanceof CliError) return { file, problem: thrown }
    throw thrown
  }
}

const inOrder = (findings: Diagnostic[]): Diagnostic[] =>
  findings.sort((one, other) => one.line - other.line || one.column - other.column)

const findingsOf = (checked: Checked): readonly Diagnostic[] => ('diagnostics' in checked ? checked.diagnostics : [])

const isOk = (checked: readonly Checked[]): boolean =>
  checked.every((one) => !('problem' in one) && findingsOf(one).every(({ severity }) => severity !== 'error'))

/** `unreadable` is present only if a file could not be read, `proofs` only with `--strict`. */
const toJson = (checked: readonly Checked[]): Record<string, unknown> => {
  const unreadable = checked.flatMap((one) =>
    'problem' in one ? [{ file: one.file, message: one.problem.message, hint: one.problem.hint ?? null }] : [],
  )
  const proofs = checked.flatMap(proofsToJson)
  return {
    ok: isOk(checked),
    diagnostics: checked.flatMap(findingsOf),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    ...(proofs.length === 0 ? {} : { proofs }),
  }
}

const proofsToJson = (checked: Checked): Record<string, unknown>[] => {
  if ('problem' in checked || checked.proofs === undefined) return []
  const { paths, longest, worstCase } = checked.proofs
  return [
    {
      file: checked.file,
      paths: toCount(paths),
      longest_path: longest,
      most_steps: worstCase.steps,
      most_steps_per_item: toMostSteps(worstCase, 'item'),
      most_steps_per_iteration: toMostSteps(worstCase, 'iteration'),
    },
  ]
}

const toMostSteps = ({ perRound }: WorstCase, round: OpenBlock['round']): Record<string, number> =>
  Object.fromEntries(perRound.filter(({ block }) => block.round === round).map(({ block, steps }) => [block.id, steps]))

/** A count that JSON numbers can't hold exactly is written as text. */
const toCount = (count: bigint): number | string =>
  count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : String(count)

const report = (checked: readonly Checked[], { stdout }: Context): void => {
  for (const one of checked) {
    if ('problem' in one) {
      reportError(one.problem)
      continue
    }
    for (const finding of one.diagnostics) {
      const text = formatDiagnostic(finding, finding.file === one.source.file ? one.source : undefined)
      stdout.write(`${paintDiagnostic(toPrintable(text), stdout.paint)}\n\n`)
    }
    if (one.proofs !== undefined) stdout.write(`${one.file}: ${describeProofs(one.proofs)}\n`)
  }
  stdout.write(`${summarize(checked, stdout.paint)}\n`)
}

const summarize = (checked: readonly Checked[], { green, red, yellow }: Context['stdout']['paint']): string => {
  const findings = checked.flatMap(findingsOf)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const unreadable = checked.filter((one) => 'problem' in one).length
  const of = checked.length === 1 ? '' : ` in ${checked.length} files`
  if (isOk(checked))
    return `${green('✓')} no errors${warnings === 0 ? '' : `, ${yellow(countOf(warnings, 'warning'))}`}${of}`
  const parts = [
    ...(errors === 0 ? [] : [countOf(errors, 'error')]),
    ...(warnings === 0 ? [] : [countOf(warnings, 'warning')]),
  ]
  const missed = unreadable === 0 ? [] : [`${countOf(unreadable, 'file')} could not be read`]
  return `${red('✗')} ${[...(parts.length === 0 ? [] : [`${parts.join(', ')}${of}`]), ...missed].join('; ')}`
}
