/** `troupe approvals approve` and `reject`: record a decision with its person and time. */

import { createKnownVault } from '../../../app/project/known-vault.ts'
import { type Fault, isFault } from '../../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import { describeAsked, describeGiven, listStillAsked } from '../../../runtime/waits/approval-progress.ts'
import { findByToken, toTokenMessageId } from '../../../service/control/approval-link.ts'
import { type DecisionEnd, decide } from '../../../service/control/decide.ts'
import { toDecidedJson } from '../../../service/views/approval-json.ts'
import type { OpenApproval } from '../../../store/approval-record.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { parseValue, readInput } from '../../input.ts'
import { describeFields } from '../../input-schema.ts'
import { type OpenedRuns, withRuns } from '../../open-runs.ts'
import { writeHint, writeJson } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { whoAsks } from '../../who-asks.ts'
import { expectApproval } from './approvals.ts'

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

export const decideApproval = (context: Context, options: DecideArguments): Promise<number> =>
  withRuns(context, async (opened) => {
    try {
      await decideIn(context, options, opened)
      return EXIT.completed
    } catch (thrown) {
      if (isFault(thrown) && options.json === true) writeJson(context, toRefusedJson(options, thrown))
      // An earlier decision or a deadline won: the command itself is correct.
      if (isFault(thrown) && thrown.code === 'conflict')
        throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
      throw thrown
    }
  })

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

const decideIn = async (context: Context, options: DecideArguments, { store, project }: OpenedRuns): Promise<void> => {
  const approval = await findOpen(store, options)
  const by = options.by ?? chooseDecider(approval, options)
  const { verdict, comment, token } = options
  const values = await readValues(approval, { options, context })
  const id = token === undefined ? undefined : toTokenMessageId(token)
  const vault = createKnownVault(project, context.environment)
  const end = await decide(store, approval, { verdict, by, values, comment, id, vault })
  report(context, options, { approval, by, end })
}

const findOpen = async (store: Store, options: DecideArguments): Promise<OpenApproval> => {
  const { approval, path, token, verdict } = options
  if (token !== undefined && approval !== undefined)
    throw new CliError('a token names its approval: expected either --token or an approval, got both')
  if (token !== undefined) return findByToken(store, token)
  if (approval !== undefined) return expectApproval(store, { approval, ...(path === undefined ? {} : { path }) })
  throw new CliError('expected the id of an approval, a run with a path, or --token', {
    hint: `troupe approvals list shows open approvals; then: troupe approvals ${verdict === 'approved' ? 'approve' : 'reject'} ID`,
  })
}

/** Chooses the user or, for a token, the only person who may still decide. */
const chooseDecider = (approval: OpenApproval, { token }: DecideArguments): string => {
  const user = whoAsks()
  const asked = listStillAsked(approval) ?? []
  const [only] = asked
  return token !== undefined && only !== undefined && asked.length === 1 && !approval.by?.includes(user) ? only : user
}

const readValues = async (
  { form, title }: OpenApproval,
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
  { approval, by, end }: { approval: OpenApproval; by: string; end: DecisionEnd },
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
