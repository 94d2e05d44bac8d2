// Renews the page when there is a newer version, and gives each frame the height of what is in it.
'use strict'

const version = Number(document.body.dataset.version)
const frames = [...document.querySelectorAll('iframe')]
const said = document.getElementById('live')
const place = `preview ${location.pathname}`

// Where one was, before the page renewed itself: frames have their height from the beginning, so that nothing jumps.
const before = JSON.parse(sessionStorage.getItem(place) || 'null')
history.scrollRestoration = 'manual'
frames.forEach((frame, position) => {
  const fit = () => { frame.style.height = `${frame.contentDocument.documentElement.scrollHeight}px` }
  if (before?.heights[position]) frame.style.height = before.heights[position]
  frame.addEventListener('load', fit)
  if (frame.contentDocument?.readyState === 'complete') fit()
})
if (before && !location.hash) scrollTo(before.x, before.y)
addEventListener('pagehide', () => {
  const heights = frames.map((frame) => frame.style.height)
  sessionStorage.setItem(place, JSON.stringify({ x: scrollX, y: scrollY, heights }))
})

let failures = 0
async function look() {
  try {
    const answer = await fetch('/version')
    const now = (await answer.json()).version
    if (now !== version) return location.reload()
    failures = 0
  } catch {
    failures += 1 // one may be a connection that came to its end
  }
  const gone = failures > 2
  said.textContent = gone ? 'The preview has ended' : 'Renews itself'
  said.classList.toggle('gone', gone)
  setTimeout(look, gone || document.hidden ? 2000 : 500)
}
look()
