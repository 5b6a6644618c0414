/** Checks values of an `llm` step that fit their type, but that a model or its vendor would refuse. */

import type { JsonValue } from '../../../core/json.ts'
import { toProviderName } from '../../../core/llm.ts'
import { findExpectedParameter } from '../../../core/model-parameters.ts'
import { findConflicts, type GivenParameters } from '../../../core/parameter-conflicts.ts'
import type { ProviderEntry } from '../../catalogue.ts'
import { meantNearest } from '../../correction.ts'
import type { Diagnostics } from '../../diagnostic.ts'
import type { Located, MapNode, StepOf, ValueNode } from '../../document.ts'
import { isAssignable, NEVER, STRING } from '../../expression/type.ts'
import { MODEL_PARAMETERS } from './model-parameters.ts'

export interface LlmValueContext {
  /** Providers of the models that may answer, each once. */
  providers: readonly ProviderEntry[]
  /** The models that may answer, as `provider/model`. */
  models: readonly string[]
  diagnostics: Diagnostics
}

/** Reports a request without content, and keys without effect. */
export const checkAsked = (step: StepOf<'llm'>, { diagnostics }: LlmValueContext): void => {
  const { prompt, messages, images, tools, maxTurns } = step
  if (messages?.kind === 'list' && messages.items.length === 0)
    diagnostics.error('wrong_shape', messages.range, "'messages' is empty: expected at least one message")
  if (prompt?.kind === 'literal' && prompt.value === '' && images === undefined)
    diagnostics.error('wrong_shape', prompt.range, "'prompt' is empty: expected a text")
  if (maxTurns !== undefined && tools === undefined)
    diagnostics.warning(
      'missing_key',
      maxTurns.range,
      "'tools' is missing beside 'max_turns': expected the tools that the model may call",
      'add `tools:`, or remove max_turns',
    )
  const seen = new Set<string>()
  for (const { value, range } of tools ?? []) {
    if (seen.has(value)) diagnostics.error('wrong_shape', range, `'${value}' stands twice in 'tools': expected it once`)
    seen.add(value)
  }
}

/** Checks a parameter with a literal value. */
export const checkParameterValue = ({ key, value }: MapNode['entries'][number], context: LlmValueContext): void => {
  if (value.kind !== 'literal') return
  if (key.value === 'reasoning') checkReasoning(value, context)
  const expected = findExpected(key.value, value, context)
  if (expected !== undefined)
    context.diagnostics.error(
      'wrong_shape',
      value.range,
      `'${key.value}' is out of range: expected ${expected}, got ${typeof value.value === 'string' ? JSON.stringify(value.value) : value.value}`,
    )
}

/** Reports parameters, and last messages, that a vendor refuses beside others or for one of the models that may answer. */
export const checkConflicts = ({ params, messages }: StepOf<'llm'>, context: LlmValueContext): void => {
  const { providers, models, diagnostics } = context
  const places = new Map(
    (params?.entries ?? [])
      // A value that no model takes is reported already.
      .filter(({ key, value }) => findExpected(key.value, value, context) === undefined)
      .map(({ key, value }) => [key.value, { range: key.range, value }]),
  )
  const values = new Map<string, JsonValue | undefined>([...places].map(([name, { value }]) => [name, toKnown(value)]))
  const last = messages?.kind === 'list' ? messages.items.at(-1) : undefined
  if (last !== undefined) values.set('messages', toKnown(findField(last, 'role')))
  const seen = new Set<string>()
  for (const model of models)
    for (const { parameter, message, hint } of findConflictsOf(providers, { model, values })) {
      const range = places.get(parameter)?.range ?? last?.range
      if (seen.has(parameter) || range === undefined) continue
      seen.add(parameter)
      diagnostics.error('unknown_parameter', range, message, hint)
    }
}

const findConflictsOf = (providers: readonly ProviderEntry[], given: GivenParameters) =>
  findConflicts(providers.find(({ name }) => name === toProviderName(given.model))?.conflicts ?? [], given)

/** Undefined: the value is known only at run time. */
const toKnown = (node: ValueNode | undefined): JsonValue | undefined =>
  node?.kind === 'literal' ? node.value : undefined

const findField = (node: ValueNode, name: string): ValueNode | undefined =>
  node.kind === 'map' ? node.entries.find(({ key }) => key.value === name)?.value : undefined

/** Limits of the providers that may answer, or those of all providers if none is known. */
const findExpected = (name: string, node: ValueNode, { providers }: LlmValueContext): string | undefined => {
  if (node.kind !== 'literal' || !isJudged(name, node.value)) return undefined
  const { value } = node
  const limits = providers.length === 0 ? [undefined] : providers.map((provider) => provider.limits)
  return limits.map((rules) => findExpectedParameter(name, value, rules)).find((expected) => expected !== undefined)
}

/** False for a value of another type, which is reported already. */
const isJudged = (name: string, value: JsonValue): boolean =>
  typeof value === 'number' || (typeof value === 'string' && isAssignable(STRING, MODEL_PARAMETERS.get(name) ?? NEVER))

const checkReasoning = (
  { value, range }: Extract<ValueNode, { kind: 'literal' }>,
  { providers, diagnostics }: LlmValueContext,
): void => {
  const lacking = providers.find(
    ({ reasoning }) => reasoning !== undefined && !reasoning.some((level) => level === value),
  )
  if (lacking?.reasoning === undefined) return
  diagnostics.error(
    'unknown_word',
    range,
    `'reasoning' is no level that '${lacking.name}' has: expected one of ${lacking.reasoning.join(', ')}, got ${JSON.stringify(value)}`,
    meantNearest(range, String(value), lacking.reasoning.map(String)),
  )
}

/** Returns true if the images are to be checked further: a bare text is no image. */
export const checkImages = (images: ValueNode, context: LlmValueContext): boolean => {
  const items = images.kind === 'list' ? images.items : [images]
  const texts = items.filter(isText)
  for (const { range } of texts)
    context.diagnostics.error(
      'type_mismatch',
      range,
      'a text is no image: expected a blob or { url }',
      'write { url: "https://…" }, or read a file before: { tool: files.read, with: { path: …, as: blob } }',
    )
  for (const item of items) {
    const url = item.kind === 'map' ? item.entries.find(({ key }) => key.value === 'url') : undefined
    if (url !== undefined) checkImageUrl(url, context)
  }
  return texts.length === 0
}

const isText = (node: ValueNode): boolean =>
  node.kind === 'template' || (node.kind === 'literal' && typeof node.value === 'string')

const checkImageUrl = (
  { key, value }: { key: Located<string>; value: ValueNode },
  { providers, diagnostics }: LlmValueContext,
): void => {
  const lacking = providers.find(({ imageUrls }) => imageUrls === false)
  if (lacking !== undefined)
    diagnostics.error(
      'type_mismatch',
      key.range,
      `'${lacking.name}' takes no image by URL: expected a blob`,
      'fetch it first, and hand the model the blob',
    )
  else if (value.kind === 'literal' && typeof value.value === 'string' && !isHttp(value.value))
    diagnostics.error('wrong_shape', value.range, "'url' has the wrong form: expected a URL with http or https")
}

const isHttp = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')
