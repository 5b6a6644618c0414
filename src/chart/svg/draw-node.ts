/** Draws boxes, their content, and markers. */
import type { RunActivity, StepActivity } from '../activity.ts'
import { isBox } from '../chart.ts'
import { ICON_SIZE } from '../measure-box.ts'
import type { PlacedNode } from '../placed-chart.ts'
import { drawText } from './draw-text.ts'
import { ICON_PATHS, REPEAT_PATH } from './icon-paths.ts'
import { HUES } from './style-sheet.ts'
import { element, escapeXml } from './xml.ts'

/** Draws outer boxes first, so that inner ones lie on top. */
export const drawNode = (placed: PlacedNode, activity: RunActivity | undefined): string =>
  (isBox(placed.node) ? drawBox(placed, activity) : drawActiveMarker(placed, activity)) +
  placed.children.map((child) => drawNode(child, activity)).join('')

const drawBox = (placed: PlacedNode, activity: RunActivity | undefined): string => {
  const { node, content, x, y, width, height } = placed
  const style = node.shape === 'block' || node.shape === 'branch' ? node.shape : 'box'
  return element('g', { class: stateOf(node.path, activity), 'data-id': node.path || undefined }, [
    element('title', {}, escapeXml(tooltipOf(placed))),
    element('rect', { class: style, x, y, width, height, rx: node.shape === 'trigger' ? 18 : 8 }),
    drawIcon(placed),
    ...content.pills.map((pill) =>
      element('rect', { ...pill, class: 'pill', x: x + pill.x, y: y + pill.y, rx: pill.height / 2 }),
    ),
    ...content.lines.map((line) => drawText(line, { at: { x, y } })),
  ])
}

/** The full text, which the box may have cut. */
const tooltipOf = ({ node }: PlacedNode): string =>
  [node.title, node.detail, ...node.badges, node.description].filter((text) => text !== '').join('\n')

const stateOf = (path: string, activity: RunActivity | undefined): string | undefined => {
  if (activity === undefined || path === '') return undefined
  const done: StepActivity | undefined = activity.get(path)
  return done === undefined ? 'unreached' : `ran ${done.status}`
}

const drawIcon = ({ node, content: { icon }, x, y }: PlacedNode): string => {
  const { kind } = node
  if (icon === undefined || node.icon === '') return ''
  const hue = HUES[kind] ?? 'slate'
  const [left, top] = [x + icon.x, y + icon.y]
  return (
    element('rect', { class: `tile ${hue}`, x: left, y: top, width: ICON_SIZE, height: ICON_SIZE, rx: 6 }) +
    element('path', {
      class: `icon ${hue}`,
      transform: `translate(${left + (ICON_SIZE - 16) / 2} ${top + (ICON_SIZE - 16) / 2})`,
      d: ICON_PATHS[node.icon],
    })
  )
}

/** Only the end of a run has an activity. */
const drawActiveMarker = (placed: PlacedNode, activity: RunActivity | undefined): string => {
  const marker = drawMarker(placed)
  const done = activity?.get(placed.node.id)
  return done === undefined ? marker : element('g', { class: `ran ${done.status}` }, marker)
}

const drawMarker = ({ node, content, x, y, width, height }: PlacedNode): string => {
  const [middleX, middleY] = [x + width / 2, y + height / 2]
  switch (node.shape) {
    case 'choice':
      return element('path', {
        class: 'marker',
        d: `M${middleX} ${y}L${x + width} ${middleY}L${middleX} ${y + height}L${x} ${middleY}Z`,
      })
    case 'exit':
      return (
        element('circle', { class: 'marker', cx: middleX, cy: middleY, r: width / 2 - 1 }) +
        element('circle', { class: 'dot', cx: middleX, cy: middleY, r: width / 2 - 5 })
      )
    case 'repeat':
      return (
        element('circle', { class: 'marker', cx: middleX, cy: middleY, r: width / 2 - 0.5 }) +
        element('path', { class: 'again', transform: `translate(${x} ${y})`, d: REPEAT_PATH })
      )
    default:
      return (
        element('rect', { class: 'marker', x, y, width, height, rx: height / 2 }) +
        content.lines.map((line) => drawText(line, { at: { x, y } })).join('')
      )
  }
}
