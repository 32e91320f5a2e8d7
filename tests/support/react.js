// As much of React as a hook needs, without a page.

let component;

const same = (one, other) => one && other && one.length === other.length && one.every((item, at) => item === other[at]);

function slot(initial) {
  const { slots } = component;
  const at = component.next++;
  slots[at] ??= initial();
  return slots[at];
}

export const react = {
  useRef: (current) => slot(() => ({ current })),
  useState(initial) {
    const mine = component;
    const state = slot(() => ({ value: initial }));
    const set = (given) => {
      const value = typeof given === "function" ? given(state.value) : given;
      if (state.value === value) return;
      state.value = value;
      mine.isStale = true;
    };
    return [state.value, set];
  },
  useEffect(run, dependencies) {
    const effect = slot(() => ({}));
    effect.isDue = !same(effect.dependencies, dependencies);
    Object.assign(effect, { run, dependencies });
  },
};

export function createElement(type, props, ...children) {
  return { type, props: props ?? {}, children: children.flat() };
}

/** The text of an element and of those in it. */
export function textOf(element) {
  return typeof element === "object" ? element.children.map(textOf).join("") : String(element);
}

/** Renders, with StrictMode's mount, unmount and mount again. */
export function mountTwice(render) {
  const self = { slots: [] };
  const effects = () => self.slots.filter(({ run }) => run);
  const start = (effect) => {
    effect.isDue = false;
    effect.stop = effect.run();
  };
  const stop = (effect) => effect.stop?.();
  const update = () => {
    do {
      self.isStale = false;
      self.next = 0;
      component = self;
      self.result = render();
      const due = effects().filter(({ isDue }) => isDue);
      due.forEach(stop);
      due.forEach(start);
    } while (self.isStale);
  };
  update();
  effects().forEach(stop);
  effects().forEach(start);
  if (self.isStale) update();
  /** Renders again, if a state has changed. */
  self.update = () => self.isStale && update();
  self.unmount = () => effects().forEach(stop);
  return self;
}
