import { type Chart, walkNodes } from './chart.ts'

/** Returns names for the nodes that no notation can mistake for a keyword: `n1_classify`, in the order of the chart. */
export const numberNodes = ({ nodes }: Chart): ReadonlyMap<string, string> =>
  new Map(
    walkNodes(nodes).map(({ id }, index) => [
      id,
      `n${index + 1}_${id.replaceAll(/[^a-z0-9]+/gi, '_').replace(/_$/, '')}`,
    ]),
  )
