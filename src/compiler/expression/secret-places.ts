import type { SecretPlace } from '../../core/secret-place.ts'
import type { ValueNode } from '../value-node.ts'
import { parseExpression } from './parse-expression.ts'

/**
 * Finds the places of a written value that hold a secret. Only these may be resolved: data that merely looks like a placeholder
 * (`{ "$secret": … }` in an input or in a model's answer) must stay data.
 */
export const findSecretPlaces = (node: ValueNode): SecretPlace[] => {
  switch (node.kind) {
    case 'expression': {
      const name = secretName(node.expression.text)
      return name === undefined ? [] : [{ path: [], name }]
    }
    case 'list':
      return node.items.flatMap((item, index) => below(index, findSecretPlaces(item)))
    case 'map':
      return node.entries.flatMap(({ key, value }) => below(key.value, findSecretPlaces(value)))
    default:
      return []
  }
}

const below = (key: string | number, places: SecretPlace[]): SecretPlace[] =>
  places.map(({ path, name }) => ({ path: [key, ...path], name }))

const secretName = (text: string): string | undefined => {
  const parsed = parseExpression(text)
  if (!parsed.ok || parsed.ast.kind !== 'field') return undefined
  const { object, name } = parsed.ast
  return object.kind === 'name' && object.name === 'secrets' ? name : undefined
}
