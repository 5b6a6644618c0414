/**
 * Finds cycles in which the host performs nothing. The machine would follow such a cycle within one event until a bound
 * stops it. A cycle of switches and empty blocks is an error; one that is empty only if every step in it is skipped is
 * a warning.
 */
import { findCycles, placeOf } from './cycles.ts'
import type { Flow, FlowContext } from './flow-builder.ts'
import type { EdgeKind } from './flow-graph.ts'

export const checkEventlessCycles = (flow: Flow, { jumps, reached, diagnostics }: FlowContext): void => {
  const reported = new Set<number>()
  const report = (kinds: EdgeKind[], severity: 'error' | 'warning', because: string): void => {
    for (const cycle of findCycles(flow.graph.nodes, { kinds, within: reached })) {
      const place = placeOf(cycle, jumps)
      if (place === undefined || reported.has(place.range.start)) continue
      reported.add(place.range.start)
      diagnostics[severity](
        'eventless_cycle',
        place.range,
        `'${place.id}' goes round without anything being done: ${because}`,
        "put a step into the circle that is performed each time, such as a 'set' or a 'wait'",
      )
    }
  }
  report(['flows', 'repeats'], 'error', 'there are only switches and blocks between')
  report(['flows', 'repeats', 'skips'], 'warning', 'every step between may be skipped')
}
