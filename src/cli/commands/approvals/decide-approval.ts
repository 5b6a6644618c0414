/** `troupe approvals approve` and `reject`: record a decision with its person and time. */

import { type Fault, isFault } from '../../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import { describeAsked, describeGiven } from '../../../runtime/waits/approval-progress.ts'
import { type ShownApproval, type ShownDecision, toDecidedJson } from '../../../service/views/approval-json.ts'
import type { ApprovalDesk, ApprovalName } from '../../approval-desk.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { parseValue, readInput } from '../../input.ts'
import { describeFields } from '../../input-schema.ts'
import { withDesk } from '../../open-desk.ts'
import { writeHint, writeJson } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { whoAsks } from '../../who-asks.ts'

export interface DecideArguments {
  verdict: 'approved' | 'rejected'
  approval?: string
  path?: string
  values?: string[]
  by?: string
  comment?: string
  token?: string
  json?: boolean
}

export const decideApproval = async (context: Context, options: DecideArguments): Promise<number> => {
  await withDesk(context, undefined, async (desk) => {
    try {
      await decideAt(desk, { context, options })
    } catch (thrown) {
      if (isFault(thrown) && options.json === true) writeJson(context, toRefusedJson(options, thrown))
      // An earlier decision or a deadline won: the command itself is correct.
      if (isFault(thrown) && thrown.code === 'conflict')
        throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
      throw thrown
    }
  })
  return EXIT.completed
}

/** The object of `--json` for a decision that does not count; the reason is on standard error too. */
const toRefusedJson = (
  { verdict, by = whoAsks() }: DecideArguments,
  { code, message, details }: Fault,
): JsonObject => ({
  ...details,
  verdict,
  by,
  counted: false,
  error: { code, message },
})

const decideAt = async (
  desk: ApprovalDesk,
  { context, options }: { context: Context; options: DecideArguments },
): Promise<void> => {
  const { approval, decide } = await desk.find(readName(options))
  const { verdict, comment, by } = options
  const values = await readValues(approval, { options, context })
  report(context, options, { approval, ...(await decide({ verdict, by, values, comment })) })
}

const readName = ({ approval, path, token, verdict }: DecideArguments): ApprovalName => {
  if (token !== undefined && approval !== undefined)
    throw new CliError('a token names its approval: expected either --token or an approval, got both')
  if (token !== undefined) return { token }
  if (approval !== undefined) return { approval, path }
  throw new CliError('expected the id of an approval, a run with a path, or --token', {
    hint: `troupe approvals list shows open approvals; then: troupe approvals ${verdict === 'approved' ? 'approve' : 'reject'} ID`,
  })
}

const readValues = async (
  { form, title }: ShownApproval,
  { options: { values = [] }, context }: { options: DecideArguments; context: Context },
): Promise<JsonValue | undefined> => {
  if (values.length === 0) return undefined
  const schema: JsonSchema | null = isJsonObject(form) ? form : null
  if (schema === null) throw new CliError(`'${toOneLine(title)}' has no form: expected no --values`)
  if (describeFields(schema) !== undefined) return readInput(values, { schema, context, option: '--values' })
  return parsePlain(values)
}

/** Reads the value of a form without fields, such as `form: integer`. */
const parsePlain = ([text = '', ...rest]: readonly string[]): JsonValue => {
  if (rest.length > 0) throw new CliError('the form has no fields: expected --values once')
  return parseValue(text)
}

const report = (
  context: Context,
  { verdict, json = false }: DecideArguments,
  { approval, by, end }: { approval: ShownApproval; by: string; end: ShownDecision },
): void => {
  const { runId: run, title } = approval
  const { stderr } = context
  const { kind, open } = end
  if (json) {
    writeJson(context, toDecidedJson(approval, { verdict, by, end }))
    return
  }
  const symbol = verdict === 'approved' ? stderr.paint.green('✓') : stderr.paint.red('✗')
  stderr.write(`${symbol} ${toOneLine(by)} ${verdict}: ${toOneLine(title)}\n`)
  if (open !== undefined)
    stderr.write(`  ${toOneLine(describeGiven(open))}; still asked: ${toOneLine(describeAsked(open))}\n`)
  if (kind === 'counted') return
  stderr.write(`  no process holds run ${run}: the decision is kept, and counts when the run continues\n`)
  writeHint(context, `troupe serve continues it, or: troupe resume ${run}`)
}
