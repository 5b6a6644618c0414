import type { SecretPlace } from '../../core/secret-place.ts'
import type { ExpressionText, ValueNode } from '../value-node.ts'
import { parseExpression } from './parse-expression.ts'

/**
 * Finds the places of a written value that hold a secret. Only these may be resolved: data that merely looks like a placeholder
 * (`{ "$secret": … }` in an input or in a model's answer) must stay data. The field `url` of the value is taken for a URL.
 */
export const findSecretPlaces = (node: ValueNode): SecretPlace[] => findIn(node, [])

const findIn = (node: ValueNode, path: (string | number)[]): SecretPlace[] => {
  switch (node.kind) {
    case 'expression': {
      const name = secretName(node.expression)
      return name === undefined ? [] : [{ path, name }]
    }
    case 'template': {
      const secrets = node.parts.map((part) => secretName(part) ?? null)
      return secrets.every((name) => name === null) ? [] : [{ path, secrets, isUrl: isUrlField(path) }]
    }
    case 'list':
      return node.items.flatMap((item, index) => findIn(item, [...path, index]))
    case 'map':
      return node.entries.flatMap(({ key, value }) => findIn(value, [...path, key.value]))
    default:
      return []
  }
}

const isUrlField = (path: (string | number)[]): boolean => path.length === 1 && path[0] === 'url'

/** Name of the secret that a part of a text is; undefined for plain text and any other expression. */
export const secretName = (part: string | Pick<ExpressionText, 'text'>): string | undefined => {
  if (typeof part === 'string' || !part.text.includes('secrets')) return undefined
  const parsed = parseExpression(part.text)
  if (!parsed.ok || parsed.ast.kind !== 'field') return undefined
  const { object, name } = parsed.ast
  return object.kind === 'name' && object.name === 'secrets' ? name : undefined
}
