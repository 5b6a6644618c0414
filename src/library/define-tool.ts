import type { ActorContext } from '../core/actor.ts'
import { FAULT_CODE_PATTERN, Fault, isMatchable } from '../core/fault.ts'
import type { OwnActor } from '../service/own-actor.ts'
import { toOwnActor } from './to-own-actor.ts'
import { type TypeNotation, toJsonSchema } from './type-notation.ts'
import type { ValueOf } from './value-of.ts'

/** A tool of your own, for the option `actors`. */
export interface Tool extends OwnActor {
  readonly kind: 'tool'
}

export interface ToolDefinition<Input extends TypeNotation, Output extends TypeNotation> {
  /** Name in a workflow: `shop.price`. */
  name: string
  /** One sentence for people and models. */
  description?: string
  /** Type of `with`; expressions in workflows are checked against it. */
  input: Input
  /** Type of the output. Default `any`. */
  output?: Output
  /**
   * True when a second call may do harm. Default true: a step is tried once, and fails as `outcome_unknown` when a lost attempt may
   * have taken effect, unless the step sets `retry`, `key` or `on_lost`. False: up to three attempts.
   */
  writes?: boolean
  /**
   * Codes of its own that it throws, in snake_case: `['sold_out']`. The compiler then knows them in `on_error` and `retry.on`. A
   * fault with any other code is thrown just the same.
   */
  faults?: readonly string[]
  /**
   * Performs one attempt. It gets a copy of its input, with defaults filled in, and honours `context.signal`, which is aborted on
   * cancel and timeout. `context.key` is the same for every attempt of one step. Throw a `Fault` that `retry` and `on_error` can
   * match; any other error becomes the fault `tool_failed`.
   */
  perform(input: ValueOf<Input>, context: ActorContext): ResultOf<Output> | Promise<ResultOf<Output>>
}

/** No return value counts as null. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what TypeScript infers for a function that returns nothing
type ResultOf<Output> = ValueOf<Output> | (null extends ValueOf<Output> ? void : never)

/**
 * Defines a tool that workflows can call by its name. Its output is checked against `output` (fault `invalid_output`), and its input
 * against `input` (fault `invalid_input`). Types are the language's shorthand or JSON Schema 2020-12.
 * @throws Fault `invalid_input` for a wrong name, type or fault code
 */
export const defineTool = <const Input extends TypeNotation, const Output extends TypeNotation = 'any'>(
  definition: ToolDefinition<Input, Output>,
): Tool => {
  const { name, description = '', writes = true, faults = [] } = definition
  if (!TOOL_NAME.test(name))
    throw new Fault('invalid_input', `'${name}' is no name for a tool: expected letters, digits, '_' and '.'`)
  for (const code of faults) expectMatchable(code, name)
  const tool = toOwnActor({
    kind: 'tool',
    name,
    description,
    writes,
    faults,
    input: toJsonSchema(definition.input, `input of ${name}`),
    output: toJsonSchema(definition.output ?? 'any', `output of ${name}`),
    perform: (input, context) => definition.perform(input as ValueOf<Input>, context),
  })
  return { ...tool, kind: 'tool' }
}

const expectMatchable = (code: string, tool: string): void => {
  if (!FAULT_CODE_PATTERN.test(code))
    throw new Fault('invalid_input', `'${code}' is no fault code of '${tool}': expected a word in snake_case`)
  if (!isMatchable(code))
    throw new Fault('invalid_input', `'${code}' is no fault code of '${tool}': no workflow can match it`)
}

const TOOL_NAME = /^[a-z]\w*([.-]\w+)*$/i
