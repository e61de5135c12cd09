// Map: zoom by buttons or Ctrl + wheel, pan by dragging when zoomed in, title of the area under the pointer or focus.
"use strict";

const drawing = document.getElementById("map");
if (drawing) {
  const told = document.getElementById("map-told");
  const tools = document.querySelector(".map-tools");
  const whole = drawing.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let box = { ...full };
  tools.hidden = false;

  const show = () => {
    drawing.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    drawing.classList.toggle("near", box.width < full.width);
  };
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  const moveTo = (x, y) => {
    box.x = within(x, full.x, full.x + full.width - box.width);
    box.y = within(y, full.y, full.y + full.height - box.height);
    show();
  };
  const zoom = (factor, cx = box.x + box.width / 2, cy = box.y + box.height / 2) => {
    const width = within(box.width * factor, full.width / 12, full.width);
    const ratio = width / box.width;
    box.width = width;
    box.height *= ratio;
    moveTo(cx - (cx - box.x) * ratio, cy - (cy - box.y) * ratio);
  };
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [point.x, point.y];
  };

  const middle = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
  const heart = () => { // median of the areas with projects; most of the map may have none
    const shapes = [...drawing.querySelectorAll("a")].map((a) => a.getBBox());
    return [middle(shapes.map((s) => s.x + s.width / 2)), middle(shapes.map((s) => s.y + s.height / 2))];
  };
  tools.addEventListener("click", (event) => {
    const way = event.target.dataset.zoom;
    const first = box.width >= full.width && drawing.querySelector("a");
    if (way === "whole") { box = { ...full }; show(); }
    else if (way) zoom(way === "in" ? 0.6 : 1 / 0.6);
    if (way === "in" && first) {
      const [x, y] = heart();
      moveTo(x - box.width / 2, y - box.height / 2);
    }
  });
  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, ...place(event));
  }, { passive: false });

  let held = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (box.width < full.width) held = { at: place(event), moved: false, id: event.pointerId };
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = place(event);
    const dx = x - held.at[0], dy = y - held.at[1];
    if (!held.moved && Math.hypot(dx, dy) < full.width / 200) return;
    if (!held.moved) drawing.setPointerCapture(held.id);
    held.moved = true;
    moveTo(box.x - dx, box.y - dy);
  });
  const release = () => setTimeout(() => { held = null; });
  drawing.addEventListener("pointerup", release);
  drawing.addEventListener("pointercancel", release);
  drawing.addEventListener("click", (event) => { if (held?.moved) event.preventDefault(); }, true);
  drawing.addEventListener("dragstart", (event) => event.preventDefault());

  // on the frame: an SVG with a focus listener would itself become focusable
  const frame = drawing.parentElement;
  const tell = (event) => { told.textContent = event.target.closest?.("#map a")?.dataset.told ?? ""; };
  for (const kind of ["pointerover", "focusin"]) frame.addEventListener(kind, tell);
  for (const kind of ["pointerleave", "focusout"]) frame.addEventListener(kind, () => { told.textContent = ""; });
  frame.addEventListener("focusin", (event) => {
    const link = event.target.closest?.("#map a");
    if (!link || box.width >= full.width) return;
    const shape = link.getBBox(); // keep the focused area in view
    moveTo(shape.x + shape.width / 2 - box.width / 2, shape.y + shape.height / 2 - box.height / 2);
  });
}
