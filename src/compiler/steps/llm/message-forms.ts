/** Messages in forms that other systems take: a text, one message without its list, `{ user: … }`. The hint is the list that works. */
import { ownValue } from '../../../core/json.ts'
import { correct, type Hint } from '../../correction.ts'
import type { Diagnostics } from '../../diagnostic.ts'
import type { MapNode, ValueNode } from '../../document.ts'

const ROLES: Readonly<Record<string, string>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  bot: 'assistant',
  model: 'assistant',
}

const EXPECTED = 'expected a list of messages, each { role, content }'

/** True if a message has a form that is reported: its type is then no further finding. */
export const reportMessageForms = (messages: ValueNode, diagnostics: Diagnostics): boolean => {
  const items = messages.kind === 'list' ? messages.items : [messages]
  const found = items.flatMap((item) => {
    const problem = findProblem(item, messages)
    return problem === undefined ? [] : [{ item, problem }]
  })
  for (const { item, problem } of found) {
    const written = writeMessage(item, diagnostics)
    const whole = messages.kind === 'list' || written === undefined ? written : `[${written}]`
    const hint: Hint =
      whole === undefined
        ? 'write - { role: user, content: … }'
        : correct(`write ${messages.kind === 'list' ? '' : 'messages: '}${whole}`, { ...item.range, text: whole })
    diagnostics.error('type_mismatch', item.range, `${problem}: ${EXPECTED}`, hint)
  }
  return found.length > 0
}

const findProblem = (item: ValueNode, messages: ValueNode): string | undefined => {
  if (isText(item)) return messages.kind === 'list' ? 'a text is no message' : "'messages' is a text"
  if (item.kind !== 'map') return undefined
  const isForeign = byRole(item) !== undefined || item.entries.some(isMisnamed)
  if (messages.kind !== 'list') return isForeign || has(item, 'role') ? "'messages' is a map" : undefined
  return isForeign ? 'the message has another form' : undefined
}

const isText = (item: ValueNode): boolean =>
  item.kind === 'template' || (item.kind === 'literal' && typeof item.value === 'string')

const has = ({ entries }: MapNode, name: string): boolean => entries.some(({ key }) => key.value === name)

/** The one entry of `{ user: … }`. */
const byRole = ({ entries }: MapNode): MapNode['entries'][number] | undefined => {
  const [only, ...others] = entries
  return only !== undefined && others.length === 0 && Object.hasOwn(ROLES, only.key.value) ? only : undefined
}

const isMisnamed = ({ key, value }: MapNode['entries'][number]): boolean => {
  if (key.value === 'text' || key.value === 'message') return true
  const role = key.value === 'role' && value.kind === 'literal' ? String(value.value) : ''
  return Object.hasOwn(ROLES, role) && ROLES[role] !== role
}

/** The message as YAML in braces; undefined where its text can't stand there. */
const writeMessage = (item: ValueNode, diagnostics: Diagnostics): string | undefined => {
  if (item.kind !== 'map') return inBraces('user', write(item, diagnostics))
  const own = byRole(item)
  if (own !== undefined) return inBraces(ownValue(ROLES, own.key.value), write(own.value, diagnostics))
  const find = (...names: string[]) => item.entries.find(({ key }) => names.includes(key.value))?.value
  const [role, content] = [find('role'), find('content', 'text', 'message')]
  if (item.entries.length > 2 || content === undefined) return undefined
  const given = role === undefined ? 'user' : role.kind === 'literal' ? ownValue(ROLES, String(role.value)) : undefined
  return inBraces(given, write(content, diagnostics))
}

const inBraces = (role: string | undefined, content: string | undefined): string | undefined =>
  role === undefined || content === undefined ? undefined : `{ role: ${role}, content: ${content} }`

/** The text in the file, in quotes where braces need them; undefined for one of several lines. */
const write = ({ range }: ValueNode, { source }: Diagnostics): string | undefined => {
  const written = source.text.slice(range.start, range.end).trim()
  if (written === '' || written.includes('\n') || /^[|>&*!]/.test(written)) return undefined
  if (/^["']/.test(written) || /^[\w .]+$/.test(written)) return written
  return JSON.stringify(written)
}
