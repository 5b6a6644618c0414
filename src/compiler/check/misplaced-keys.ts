/** Keys of a step that stand in its `with`: the hint moves them to the step. */
import { correct, type Hint, insertKey, type TextEdit } from '../correction.ts'
import type { MapNode, Step } from '../document.ts'
import { COMMON_STEP_FIELDS } from '../grammar/common-step-grammar.ts'
import { byKey } from '../grammar/record-shape.ts'
import type { Source } from '../source.ts'

type Entry = MapNode['entries'][number]

const STEP_KEYS = byKey(COMMON_STEP_FIELDS)

/** The hint for an entry that the input of a call does not have. Undefined: its key is none of the step's either. */
export const suggestStepKey = (
  step: Step,
  { entry, input, source }: { entry: Entry; input: MapNode; source: Source },
): Hint | undefined => {
  const { value: key } = entry.key
  const field = STEP_KEYS.get(key)
  if (field === undefined) return undefined
  const written = source.text.slice(entry.key.range.start, entry.value.range.end)
  const words = `'${key}' is a key of the step: write it beside 'with'`
  const removal = removeEntry(entry, input)
  const isSimple = !written.includes('\n') && written.startsWith(key) && !(field.property in step)
  if (!isSimple || removal === undefined) return words
  return correct(`write ${written} beside 'with'`, insertKey(step, written, source), removal)
}

/** Takes an entry out of its map, with what separates it from its neighbour; undefined for the only one. */
const removeEntry = (entry: Entry, { entries }: MapNode): TextEdit | undefined => {
  const at = entries.indexOf(entry)
  const [before, after] = [entries[at - 1], entries[at + 1]]
  if (before !== undefined) return { start: before.value.range.end, end: entry.value.range.end, text: '' }
  return after && { start: entry.key.range.start, end: after.key.range.start, text: '' }
}
