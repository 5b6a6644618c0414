/** A chart with a place for each of its parts. */
import type { ChartEdge, ChartNode } from './chart.ts'
import type { BoxContent, TextLine } from './measure-box.ts'

export interface Point {
  x: number
  y: number
}

/** In px, from the corner of the picture. */
export interface Rectangle extends Point {
  width: number
  height: number
}

export interface PlacedNode extends Rectangle {
  node: ChartNode
  content: BoxContent
  children: PlacedNode[]
}

export interface PlacedEdge {
  edge: ChartEdge
  /** From the start to the arrowhead, at right angles. */
  points: Point[]
  /** `lines` are placed from the corner of the picture. */
  label: (Rectangle & { lines: TextLine[] }) | undefined
}

export interface PlacedChart {
  width: number
  height: number
  /** Above everything else: the title, and the description of the workflow. */
  heading: TextLine[]
  nodes: PlacedNode[]
  edges: PlacedEdge[]
}

/** Returns these nodes and all inside them, outer before inner. */
export const walkPlaced = (nodes: readonly PlacedNode[]): PlacedNode[] =>
  nodes.flatMap((node) => [node, ...walkPlaced(node.children)])
