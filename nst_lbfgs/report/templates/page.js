'use strict';
(() => {
  const one = id => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const listen = (element, event, react) => element.addEventListener(event, react);
  const made = (name, properties = {}) => Object.assign(document.createElement(name), properties);

  // What was chosen stays when the page is read again. The history keeps it, which needs no storage.
  const kept = history.state || {};
  const controls = () => all('input[id], select[id], details[id]');
  const valueOf = element => element.type === 'radio' ? element.checked : element.localName === 'details' ? element.open : element.value;

  function keep() {
    const state = { focused: document.activeElement.id };
    for (const element of controls()) state[element.id] = { value: valueOf(element), most: element.max };
    history.replaceState(state, '');
  }

  function restore() {
    for (const element of controls()) {
      const before = kept[element.id];
      if (!before) continue;
      const { value, most } = before;
      if (element.type === 'radio') element.checked = value;
      else if (element.localName === 'details') element.open = value;
      else if (element.localName === 'select') {
        if ([...element.options].some(option => option.value === value)) element.value = value;
      } else if (!(element.id !== 'divider' && value === most)) element.value = value;  // the last one stays the last one
    }
  }

  function refocus() {
    const element = kept.focused && one(kept.focused);
    if (element) element.focus({ preventScroll: true });
  }

  // Two pictures under a slider
  function compare() {
    const section = one('comparison');
    if (!section) return;
    const pictures = new Map(all('img[data-picture], img[data-iteration]').map(image => [image.dataset.picture || `Iteration ${image.dataset.iteration}`, image]));
    if (pictures.size < 2) return;
    section.hidden = false;
    const [left, right, divider, stage] = ['left-choice', 'right-choice', 'divider', 'stage'].map(one);
    const under = made('img', { alt: '' }), over = made('img', { alt: '', className: 'left' });
    stage.prepend(under, over);
    const names = [...pictures.keys()];
    for (const choice of [left, right]) choice.append(...names.map(name => new Option(name, name)));
    const cells = all('#cells img').map(image => image.dataset.picture).slice(0, 2);
    left.value = cells.length > 1 ? cells[0] : names[0];
    right.value = cells.pop() || ['Result', 'So far'].find(name => pictures.has(name)) || names[1];
    const shape = pictures.get(right.value) || pictures.get(left.value);
    const width = +shape.getAttribute('width'), height = +shape.getAttribute('height');
    const setShape = value => stage.style.setProperty('--shape', value);
    if (width && height) setShape(width / height);
    else listen(under, 'load', () => setShape(under.naturalWidth / under.naturalHeight));
    const show = () => {
      over.src = pictures.get(left.value).getAttribute('src');
      under.src = pictures.get(right.value).getAttribute('src');
      over.alt = `Left: ${left.value}`;
      under.alt = `Right: ${right.value}`;
    };
    const move = () => {
      stage.style.setProperty('--at', `${divider.value / 10}%`);
      divider.setAttribute('aria-valuetext', `${Math.round(divider.value / 10)} % ${left.value}, the rest ${right.value}`);
    };
    for (const choice of [left, right]) listen(choice, 'change', () => { show(); move(); });
    listen(divider, 'input', move);
    restore();
    show();
    move();
    lay();
    return { left, right, show, move };
  }

  // A mask or a map of regions over the pictures
  function lay() {
    const choice = one('overlay-choice');
    if (!choice) return;
    const masks = new Map(all('img[data-overlay]').map(image => [image.dataset.overlay, image]));
    choice.append(...[...masks.keys()].map(name => new Option(name, name)));
    const mask = made('img', { className: 'over', hidden: true, alt: '' });
    one('divider').before(mask);
    const show = () => {
      mask.hidden = !choice.value;
      if (choice.value) mask.src = masks.get(choice.value).getAttribute('src');
    };
    listen(choice, 'change', show);
    restore();
    show();
  }

  // The iterations as a film
  function film() {
    const strip = one('strip');
    if (!strip) return;
    const frames = all('img', strip), scrubber = one('scrubber'), image = made('img');
    one('frame').prepend(image);
    one('frame').hidden = one('scrubbing').hidden = false;
    let current;
    const show = scroll => {
      const frame = frames[scrubber.value], item = frame.closest('li');
      image.src = frame.getAttribute('src');
      image.alt = frame.alt;
      image.width = frame.getAttribute('width');
      image.height = frame.getAttribute('height');
      one('frame-caption').textContent = `${frame.alt}, loss ${frame.dataset.loss}`;
      scrubber.setAttribute('aria-valuetext', frame.alt);
      if (current) current.removeAttribute('aria-current');
      (current = item).setAttribute('aria-current', 'true');
      if (scroll) strip.scrollLeft = item.offsetLeft - strip.offsetLeft - (strip.clientWidth - item.offsetWidth) / 2;
    };
    for (const link of all('a', strip)) link.tabIndex = -1;  // by keyboard there is the scrubber
    listen(strip, 'click', event => {
      const item = event.target.closest('li');
      if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      scrubber.value = frames.findIndex(frame => item.contains(frame));
      show(false);
      keep();
    });
    listen(scrubber, 'input', () => show(true));
    restore();
    show(true);
  }

  // The losses, on a logarithmic axis
  const TERMS = [[2, 'loss', 'loss'], [3, 'content', 'content'], [4, 'style', 'style'], [5, 'variation', 'total variation']];
  const EDGE = { left: 56, right: 24, top: 10, bottom: 40 }, HEIGHT = 320;

  function svg(name, attributes, text) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  }

  function steps(most) {  // 1, 2 or 5 times a power of ten, some six of them
    const rough = most / 6 || 1, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find(factor => factor * power >= rough) * power;
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => +(n * step).toPrecision(6));
  }

  function powers(least, most) {
    const found = [], between = most / least < 100 ? [1, 2, 5] : [1];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++)
      for (const factor of between) found.push(factor * 10 ** power);
    const within = found.filter(value => value >= least && value <= most);
    return within.filter((_, n) => n % Math.ceil(within.length / 10) === 0);
  }

  function curves() {
    const data = one('losses') && JSON.parse(one('losses').textContent);
    if (!data) return;
    one('curves').hidden = false;
    const cursor = one('cursor'), chart = one('chart'), bySecond = one('by-second');
    const points = [...data.evaluations, ...data.iterations].sort((a, b) => a[0] - b[0] || a.length - b.length);
    cursor.max = points.length - 1;
    cursor.value = cursor.max;
    restore();
    let draw, line, across;
    const read = () => {
      const point = points[cursor.value], column = bySecond.checked ? 1 : 0;
      line.setAttribute('x1', across(point[column]));
      line.setAttribute('x2', across(point[column]));
      const terms = TERMS.filter(([index]) => index < point.length).map(([index, , name]) => `${name} ${point[index]}`);
      const what = point.length > 3 ? 'After an iteration' : 'Evaluation';
      one('reading').textContent = `${what}, ${point[0]}, ${point[1]} s: ${terms.join(', ')}`;
      cursor.setAttribute('aria-valuetext', one('reading').textContent);
    };
    draw = () => {
      const width = Math.max(chart.clientWidth, 200), column = bySecond.checked ? 1 : 0;
      const losses = [...data.evaluations.map(row => row[2]), ...data.iterations.flatMap(row => row.slice(2))].filter(loss => loss > 0);
      const least = losses.reduce((a, b) => Math.min(a, b), Infinity), most = losses.reduce((a, b) => Math.max(a, b), 0);
      const end = points.reduce((far, point) => Math.max(far, point[column]), 0) || 1;
      const low = Math.log(least) - .05, span = Math.log(most) + .05 - low;
      across = x => EDGE.left + x / end * (width - EDGE.left - EDGE.right);
      const down = loss => EDGE.top + (1 - (Math.log(loss) - low) / span) * (HEIGHT - EDGE.top - EDGE.bottom);
      const path = (rows, index) => rows.filter(row => row[index] > 0).map((row, n) => `${n ? 'L' : 'M'}${across(row[column]).toFixed(1)} ${down(row[index]).toFixed(1)}`).join('');
      const drawing = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': 'Losses, on a logarithmic axis; the table has the numbers' });
      if (losses.length) for (const loss of powers(least, most)) {
        drawing.append(svg('path', { class: 'grid', d: `M${EDGE.left} ${down(loss)}H${width - EDGE.right}` }));
        drawing.append(svg('text', { x: EDGE.left - 6, y: down(loss) + 4, 'text-anchor': 'end' }, loss.toExponential(0).replace('+', '')));
      }
      for (const x of steps(end)) {
        drawing.append(svg('path', { class: 'grid', d: `M${across(x)} ${HEIGHT - EDGE.bottom}v5` }));
        drawing.append(svg('text', { x: across(x), y: HEIGHT - EDGE.bottom + 18, 'text-anchor': 'middle' }, String(x)));
      }
      drawing.append(svg('text', { x: width - EDGE.right, y: HEIGHT - 4, 'text-anchor': 'end' }, column ? 'seconds' : 'evaluations'));
      const mark = (row, kind, top) => {
        const upright = svg('path', { class: kind, d: `M${across(row[column])} ${top}V${HEIGHT - EDGE.bottom}` });
        if (row[2]) upright.append(svg('title', {}, row[2]));
        drawing.append(upright);
      };
      for (const row of data.restarts) mark(row, 'restart', HEIGHT - EDGE.bottom - 12);
      for (const row of data.events) mark(row, 'event', EDGE.top);
      drawing.append(svg('path', { class: 'loss thin', d: path(data.evaluations, 2) }));
      for (const [index, name] of TERMS) {
        drawing.append(svg('path', { class: name, d: path(data.iterations, index) }));
        if (data.iterations.length < 60) for (const row of data.iterations.filter(row => row[index] > 0))
          drawing.append(svg('circle', { class: name, r: 2, cx: across(row[column]), cy: down(row[index]) }));
      }
      line = svg('line', { class: 'cursor', y1: EDGE.top, y2: HEIGHT - EDGE.bottom });
      drawing.append(line);
      listen(drawing, 'pointermove', event => {
        const x = (event.clientX - drawing.getBoundingClientRect().left) * width / drawing.getBoundingClientRect().width;
        let nearest = 0;
        points.forEach((point, n) => { if (Math.abs(across(point[column]) - x) <= Math.abs(across(points[nearest][column]) - x)) nearest = n; });
        cursor.value = nearest;
        read();
      });
      chart.replaceChildren(drawing);
      read();
    };
    listen(cursor, 'input', () => read());
    for (const id of ['by-evaluation', 'by-second']) listen(one(id), 'change', () => draw());
    listen(window, 'resize', () => draw());
    draw();
  }

  // The cells of a grid: sorted, filtered, enlarged, and two of them under the slider
  function cells(comparison) {
    const list = one('cells');
    if (!list) return;
    const items = all('li', list), order = one('order'), filters = all('select[data-field]'), dialog = one('enlarged');
    one('sorting').hidden = false;
    const number = item => item.getAttribute(`data-${order.value}`) === '' ? Infinity : +item.getAttribute(`data-${order.value}`);
    const arrange = () => {
      const before = (a, b) => order.value ? number(a) - number(b) || a.dataset.number - b.dataset.number : a.dataset.number - b.dataset.number;
      list.append(...items.sort((a, b) => before(a, b) || 0));
      for (const item of items) {
        const choices = JSON.parse(item.dataset.choices);
        item.hidden = filters.some(filter => filter.value && choices[filter.dataset.field] !== filter.value);
      }
      one('shown').textContent = `${items.filter(item => !item.hidden).length} of ${items.length} are shown`;
    };
    for (const choice of [order, ...filters]) listen(choice, 'change', arrange);
    listen(list, 'click', event => {
      const item = event.target.closest('li'), image = item && item.querySelector('img');
      const side = event.target.dataset.side;
      if (image && side && comparison) {
        comparison[side].value = image.dataset.picture;
        comparison.show();
        comparison.move();
        one('told').textContent = `${image.dataset.picture} is on the ${side} under the slider.`;
        keep();
      } else if (image && event.target.closest('a.picture') && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        const large = one('large');
        large.replaceChildren(made('img', { src: image.getAttribute('src'), alt: image.alt }));
        one('large-label').textContent = image.dataset.picture;
        dialog.showModal();
      }
    });
    for (const button of all('button[data-side]', list)) button.hidden = !comparison;
    listen(one('close'), 'click', () => dialog.close());
    restore();
    arrange();
  }

  function copying() {
    const told = made('p', { className: 'name' });
    told.setAttribute('role', 'status');
    for (const command of all('pre.command')) {
      const button = made('button', { type: 'button', textContent: 'Copy' });
      listen(button, 'click', async () => {
        getSelection().selectAllChildren(command);
        try {
          await navigator.clipboard.writeText(command.textContent);
          told.textContent = 'Copied.';
        } catch {
          told.textContent = 'It is selected: copy it by Ctrl+C.';
        }
        button.after(told);
      });
      command.after(button);
    }
  }

  // While the run goes on the page is read again, not while somebody holds a control or has a large picture open.
  function renew() {
    const status = one('status'), every = 1000 * status.dataset.every;
    if (!every) return;
    const old = Date.now() - 1000 * status.dataset.written;
    one('silence').hidden = old < Math.max(60000, 20 * every);
    let held = false, touched = 0;
    listen(document, 'pointerdown', () => { held = true; });
    for (const event of ['pointerdown', 'keydown']) listen(document, event, () => { touched = Date.now(); });
    for (const end of ['pointerup', 'pointercancel']) listen(document, end, () => { held = false; });
    const again = () => {
      const choosing = document.activeElement.localName === 'select' && Date.now() - touched < 10000;
      if (held || choosing || document.hidden || document.querySelector('dialog[open]')) setTimeout(again, 1000);
      else {
        keep();
        location.reload();
      }
    };
    setTimeout(again, every);
  }

  const comparison = compare();
  film();
  curves();
  cells(comparison);
  copying();
  restore();
  refocus();
  for (const event of ['change', 'toggle']) document.addEventListener(event, keep, true);
  renew();
})();
