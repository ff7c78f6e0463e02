#!/bin/sh
# How many of N captchas does an off-the-shelf reader solve? Usage: tests/captcha/solve-rate.sh [N]
# Needs the .NET SDK and Debian's tesseract-ocr and imagemagick. One line a treatment; a text counts as solved when it matches
# after white space is dropped and case folded, and the reader is told the alphabet.
set -eu
cd "$(dirname "$0")/../.."
count=${1:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cores=$(nproc)
export OMP_THREAD_LIMIT=1

CAPTCHA_SAMPLES=$count dotnet run --project tests/Sidecar.Tests -- \
  --filter-method Sidecar.Tests.Captcha.CaptchaSheetTests.Paint_ManyPictures_AreSmall >"$work/log" ||
  { cat "$work/log"; exit 1; }
cp -r artifacts/captcha-samples "$work/samples"
ls "$work/samples" | sed 's/.*-\(.*\)\.jpg/\1/' >"$work/truth"
ALPHABET=$(sed -n 's/.*Characters = "\(.*\)".*/\1/p' src/Sidecar/Captcha/CaptchaAlphabet.cs)
export ALPHABET

# Ten pictures a process; where tesseract dies on one of them (it divides by zero at times), each by itself.
cat >"$work/read" <<'SCRIPT'
layout=$1
shift
read_into() { # name of the text, then pictures
  text=$1
  shift
  printf '%s\n' "$@" >"$text.list"
  tesseract "$text.list" "$text" --dpi 150 --psm "$layout" -c "tessedit_char_whitelist=$ALPHABET" >/dev/null 2>&1
}
if read_into "$1.ten" "$@"; then
  # Form feeds stand between the pages.
  { tr -d ' \n' <"$1.ten.txt" | tr '\fa-z' '\nA-Z'; echo; } >"$1.read"
else
  for picture in "$@"; do
    read_into "$picture" "$picture" || : >"$picture.txt"
    tr -d ' \n\f' <"$picture.txt" | tr a-z A-Z
    echo
  done >"$1.read"
fi
SCRIPT

report() {
  awk -v name="$1" '{ solved += $1 } END { printf "%-28s %4d of %d = %.1f %%\n", name, solved, NR, 100 * solved / NR }' "$2"
}

read_all() { # treatment, then what ImageMagick does before
  name=$1
  shift
  mkdir -p "$work/$name"
  [ $# -eq 0 ] || mogrify -path "$work/$name" -format png "$@" "$work"/samples/*.jpg
  for layout in 7 8; do
    ls "$work/$name"/*.png | xargs -P "$cores" -n 10 sh "$work/read" "$layout"
    cat "$work/$name"/*.read >"$work/read-texts"
    [ "$(wc -l <"$work/read-texts")" -eq "$count" ] || { echo "$name: a text is missing" >&2; exit 1; }
    paste -d ' ' "$work/truth" "$work/read-texts" | awk '{ print ($1 == $2) }' >"$work/$name.$layout.solved"
    report "$name, psm $layout" "$work/$name.$layout.solved"
    rm "$work/$name"/*.read
  done
}

# The same texts in the same font without any distortion: a high figure here shows that a low one below is the pictures' doing.
mkdir "$work/undistorted"
for sample in "$work"/samples/*.jpg; do
  text=${sample##*-}
  convert -size 300x120 -gravity center -font src/Sidecar/Captcha/captcha-font.ttf -pointsize 60 "label:${text%.jpg}" \
    "$work/undistorted/$(basename "$sample" .jpg).png"
done
read_all undistorted
rm "$work"/undistorted.*.solved

read_all plain -strip
read_all denoised -colorspace Gray -statistic Median 3x3 -resize 200%
read_all threshold -colorspace Gray -statistic Median 3x3 -resize 200% -normalize -threshold 50%
read_all local-threshold -colorspace Gray -resize 200% -negate -lat 60x60+8% -negate
read_all strokes-removed -colorspace Gray -resize 200% -normalize -threshold 50% -morphology Close Disk:3.5
read_all edges -colorspace Gray -resize 200% -edge 2 -negate
paste -d ' ' "$work"/*.solved | awk '{ s = 0; for (i = 1; i <= NF; i++) s = s || $i; print s }' >"$work/any"
report "by any of these" "$work/any"
