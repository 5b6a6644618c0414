/** The macros: calls on a list or an object that name variables and evaluate a part for each item. */
import { ownValue } from '../../core/json.ts'

export type MacroName =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'filter'
  | 'map'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'reduce'
  | 'unique_by'
  | 'group_by'

export interface MacroForm {
  macro: MacroName
  /** Numbers of variables that it may have. */
  variables: readonly (1 | 2)[]
  /** A condition may stand before the body. */
  hasFilter?: true
  /** A first total stands before the body. */
  hasInitial?: true
  /** As it is written, for messages. */
  usage: string
}

/** By the name that is written. */
const MACRO_FORMS: Readonly<Record<string, MacroForm>> = {
  all: { macro: 'all', variables: [1, 2], usage: 'list.all(item, …)' },
  exists: { macro: 'exists', variables: [1, 2], usage: 'list.exists(item, …)' },
  exists_one: { macro: 'exists_one', variables: [1, 2], usage: 'list.exists_one(item, …)' },
  existsOne: { macro: 'exists_one', variables: [1, 2], usage: 'list.existsOne(item, …)' },
  filter: { macro: 'filter', variables: [1], usage: 'list.filter(item, …)' },
  map: { macro: 'map', variables: [1], hasFilter: true, usage: 'list.map(item, …)' },
  transformList: {
    macro: 'transformList',
    variables: [2],
    hasFilter: true,
    usage: 'list.transformList(index, item, …)',
  },
  transformMap: { macro: 'transformMap', variables: [2], hasFilter: true, usage: 'object.transformMap(key, value, …)' },
  transformMapEntry: {
    macro: 'transformMapEntry',
    variables: [2],
    hasFilter: true,
    usage: 'list.transformMapEntry(index, item, {key: value})',
  },
  reduce: { macro: 'reduce', variables: [2], hasInitial: true, usage: 'list.reduce(total, item, initial, …)' },
  unique_by: { macro: 'unique_by', variables: [1], usage: 'list.unique_by(item, …)' },
  group_by: { macro: 'group_by', variables: [1], usage: 'list.group_by(item, …)' },
}

export const findMacroForm = (name: string): MacroForm | undefined => ownValue(MACRO_FORMS, name)
