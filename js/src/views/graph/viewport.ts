const MARGIN = 5; // pixels between a revealed card and the edge

/** Pans and zooms a drawing. Ctrl/⌘ + wheel zooms; the plain wheel is left to the page. */
export class Viewport {
  static readonly MIN_INITIAL = 0.8;
  /** True while the pointer drags: a click at the end of a drag is no click. */
  dragging = false;
  #k = 1;
  #x = 0;
  #y = 0;
  #width = 1;
  #height = 1;
  readonly #stop = new AbortController();

  constructor(
    private readonly box: SVGSVGElement,
    private readonly content: SVGGElement,
  ) {
    const on = { signal: this.#stop.signal };
    box.addEventListener('wheel', (event) => this.#wheel(event), { ...on, passive: false });
    box.addEventListener('pointerdown', (event) => this.#drag(event), on);
  }

  /** Says how large the drawing is, in its own pixels. */
  size(width: number, height: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
  }

  /** Shows the whole drawing, but not smaller than `smallest`: then it starts at its top. */
  fit(smallest: number): void {
    const { width, height } = this.box.getBoundingClientRect();
    if (!width || !height) return;
    const whole = Math.min(1.1, (width - 16) / this.#width, (height - 16) / this.#height);
    this.#k = Math.max(whole, smallest);
    this.#x = (width - this.#width * this.#k) / 2;
    this.#y = Math.max(8, (height - this.#height * this.#k) / 2);
    this.#apply();
  }

  zoom(factor: number, cx?: number, cy?: number): void {
    const { width, height } = this.box.getBoundingClientRect();
    const [px, py] = [cx ?? width / 2, cy ?? height / 2];
    const k = Math.min(4, Math.max(0.05, this.#k * factor));
    this.#x = px - ((px - this.#x) * k) / this.#k;
    this.#y = py - ((py - this.#y) * k) / this.#k;
    this.#k = k;
    this.#apply();
  }

  /** Moves the drawing just enough that a part of it is seen. */
  reveal(x: number, y: number, width: number, height: number): void {
    const box = this.box.getBoundingClientRect();
    const move = (start: number, length: number, room: number) => {
      if (start < MARGIN) return MARGIN - start;
      const beyond = start + length + MARGIN - room;
      return beyond > 0 ? Math.max(MARGIN - start, -beyond) : 0;
    };
    const dx = move((x - width / 2) * this.#k + this.#x, width * this.#k, box.width);
    const dy = move((y - height / 2) * this.#k + this.#y, height * this.#k, box.height);
    if (!dx && !dy) return;
    this.#x += dx;
    this.#y += dy;
    this.#apply();
  }

  get scale(): number {
    return this.#k;
  }

  destroy(): void {
    this.#stop.abort();
  }

  #apply(): void {
    this.content.setAttribute(
      'transform',
      `translate(${this.#x.toFixed(2)},${this.#y.toFixed(2)}) scale(${this.#k.toFixed(4)})`,
    );
    this.box.classList.toggle('lj-far', this.#k < 0.5);
    this.box.dataset.scale = this.#k.toFixed(3);
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.box.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY * 0.002), event.clientX - box.left, event.clientY - box.top);
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const [x0, y0] = [down.clientX - this.#x, down.clientY - this.#y];
    const over = new AbortController();
    const on = { signal: over.signal };
    this.dragging = false;
    this.box.addEventListener(
      'pointermove',
      (event) => {
        if (!event.buttons) return over.abort();
        const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 4;
        if (!this.dragging && !far) return;
        if (!this.dragging) this.box.setPointerCapture(event.pointerId);
        this.dragging = true;
        this.#x = event.clientX - x0;
        this.#y = event.clientY - y0;
        this.#apply();
      },
      on,
    );
    // the click event comes after pointerup: it must still see that this was a drag
    const end = () => setTimeout(() => (this.dragging = false));
    this.box.addEventListener('pointerup', () => (end(), over.abort()), on);
    this.box.addEventListener('pointercancel', () => (end(), over.abort()), on);
  }
}
