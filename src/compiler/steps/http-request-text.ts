/** Names the request of a step with an http tool, for charts. */
import type { ValueNode } from '../document.ts'
import { expressionText, valueText } from './wording.ts'

/**
 * `GET shop.example/orders/{input.id}`, without scheme, user and query, which may be long or secret. Undefined for other tools, and
 * for an input that is known only in a run.
 * @param inputs Those of the preset and of the step; the first that has a field wins
 */
export const httpRequestText = (tool: string, inputs: readonly (ValueNode | undefined)[]): string | undefined => {
  const [, verb] = /^http\.(\w+)$/.exec(tool) ?? []
  const url = findField(inputs, 'url')
  if (verb === undefined || url === undefined) return undefined
  const method = verb === 'request' ? findField(inputs, 'method') : undefined
  return `${method === undefined ? verb.toUpperCase() : valueText(method)} ${addressText(url)}`
}

const findField = (inputs: readonly (ValueNode | undefined)[], name: string): ValueNode | undefined => {
  for (const input of inputs) {
    const entry = input?.kind === 'map' ? input.entries.find(({ key }) => key.value === name) : undefined
    if (entry !== undefined) return entry.value
  }
  return undefined
}

const addressText = (url: ValueNode): string => {
  if (url.kind !== 'template' && url.kind !== 'literal') return valueText(url)
  const parts = url.kind === 'template' ? url.parts : [String(url.value)]
  let text = ''
  for (const part of parts) {
    if (typeof part !== 'string') text += `{${expressionText(part)}}`
    else {
      const [before = ''] = part.split(/[?#]/)
      text += before
      if (before !== part) break
    }
  }
  return text.replace(/^https?:\/\//i, '').replace(/^[^/]*@/, '')
}
