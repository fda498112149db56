//! Issuing: failures of a run, and why a chip is put aside.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("the card did not come back after a reset: {0}", "thẻ không trả lời sau khi đặt lại: {0}"),
    (
        "card {card} was read back and not accepted: {}",
        "thẻ {card} đã được đọc lại nhưng không được chấp nhận: {0}",
    ),
    (
        "card {expected} was written, and card {found} was read back",
        "đã ghi thẻ {expected} nhưng đọc lại ra thẻ {found}",
    ),
    (
        "what this signer signs is refused by the trust data of this station ({reason})",
        "dữ liệu tin cậy của trạm này không chấp nhận chữ ký của người ký này ({reason})",
    ),
    (
        "the record says that chip {chip} carries or may carry the finalised card {card}, and the chip does not show it",
        "sổ ghi chip {chip} mang hoặc có thể mang thẻ đã hoàn tất {card}, nhưng chip không có thẻ đó",
    ),
    (
        "chip {chip} is finalised, and the record never intended to finalise card {card}, which is in work on it",
        "chip {chip} đã hoàn tất, nhưng sổ chưa hề định hoàn tất thẻ {card} đang làm trên chip này",
    ),
    ("the card access number in the record cannot be used", "không dùng được số CAN ghi trong sổ"),
    ("no blank is left", "đã hết thẻ trắng"),
    ("{0} chips in a row were spoiled", "{0} chip liên tiếp bị hỏng"),
    ("the run was stopped", "đã dừng theo yêu cầu"),
    ("the feeder cannot go on: {what}", "bộ nạp thẻ không chạy tiếp được: {what}"),
    ("the card could not be read back: {0}", "không đọc lại được thẻ: {0}"),
    // remedies
    (
        "Check the reader and the smart card service (pcscd), then start again: it is continued where it stopped.",
        "Kiểm tra đầu đọc và dịch vụ thẻ thông minh (pcscd) rồi chạy lại: thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "Insert the card again and start again: it is continued where it stopped.",
        "Đưa thẻ vào lại rồi chạy lại: thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "Renew the trust data of this station or set its clock, then start again: the card is verified then.",
        "Nạp dữ liệu tin cậy mới hoặc chỉnh đồng hồ của trạm rồi chạy lại: thẻ sẽ được kiểm tra khi đó.",
    ),
    ("Keep both cards apart and report this.", "Để riêng cả hai thẻ và báo lại lỗi này."),
    (
        "Check root, signer, revocation list and clock of this station; nothing was written.",
        "Kiểm tra chứng thư gốc, người ký, danh sách thu hồi và đồng hồ của trạm; chưa ghi gì lên thẻ.",
    ),
    (
        "Set application and key version in the configuration as they were when the card was written; otherwise keep chip and registry as they are and report this.",
        "Đặt lại ứng dụng và phiên bản khóa trong cấu hình như lúc ghi thẻ; nếu không được thì giữ nguyên chip và sổ đăng ký và báo lại lỗi này.",
    ),
    (
        "Keep the chip apart, revoke the card in the record before the list goes on, and report this.",
        "Để riêng chip, thu hồi thẻ trong sổ trước khi làm tiếp danh sách, và báo lại lỗi này.",
    ),
    (
        "Check the member's record and portrait; shorten what is too long.",
        "Kiểm tra dữ liệu và ảnh của đảng viên; rút gọn chỗ quá dài.",
    ),
    ("Check the dates and settings of the batch.", "Kiểm tra ngày tháng và thiết lập của đợt cấp."),
    (
        "Check the signer's certificate, its period of use and its key.",
        "Kiểm tra chứng thư số, thời hạn sử dụng và khóa của người ký.",
    ),
    (
        "Stop issuing and restore the registry's last backup.",
        "Ngừng cấp thẻ và phục hồi bản sao lưu gần nhất của sổ đăng ký.",
    ),
    ("Check reader and feeder, then start again.", "Kiểm tra đầu đọc và bộ nạp thẻ rồi chạy lại."),
    (
        "Put in more blanks and start again: the list continues where it stopped.",
        "Nạp thêm thẻ trắng rồi chạy lại: danh sách được làm tiếp từ chỗ dừng.",
    ),
    (
        "Check reader and keys with a blank that is known to be good before using more.",
        "Thử đầu đọc và khóa bằng một thẻ trắng chắc chắn tốt trước khi dùng thêm.",
    ),
    (
        "Start again when ready: the list continues where it stopped.",
        "Khi sẵn sàng thì chạy lại: danh sách được làm tiếp từ chỗ dừng.",
    ),
    (
        "Put the first chip in again: it is continued where it stopped.",
        "Đưa lại chip ban đầu vào: chip được làm tiếp từ chỗ dừng.",
    ),
    ("the contact to the card broke {times} times: {last}", "kết nối với thẻ bị đứt {times} lần: {last!}"),
    (
        "Take another reader, this one does not carry messages of that length, and start again: it is continued where it stopped.",
        "Đầu đọc này không truyền được thông điệp dài như vậy: dùng đầu đọc khác rồi chạy lại, thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "Try this card in another reader and another card in this one, to see which of the two is at fault; then start again: it is continued where it stopped.",
        "Thử thẻ này ở đầu đọc khác và thẻ khác ở đầu đọc này để biết lỗi ở bên nào; rồi chạy lại: thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "these cards have a PIN, and no printer for the PIN letters was named",
        "thẻ có mã PIN nhưng chưa chỉ ra máy in thư PIN",
    ),
    (
        "Name the command of the printer with --letter-printer, or switch the PIN off in the configuration.",
        "Chỉ ra lệnh của máy in bằng --letter-printer, hoặc tắt PIN trong cấu hình.",
    ),
    ("card {card}: {why}", "thẻ {card}: {why!}"),
    ("the PIN letter could not be composed: {0}", "không soạn được thư PIN: {0!}"),
    (
        "the PIN letter was not printed, and nothing was made final: {0}",
        "thư PIN chưa in được nên chưa hoàn tất gì: {0!}",
    ),
    (
        "a PIN has six digits, and a PUK ten; nothing was printed",
        "mã PIN có sáu chữ số, mã PUK có mười; không có gì được in",
    ),
    (
        "{what} has {characters} characters, more than the window of the PIN letter's envelope shows",
        "{what!} có {characters} ký tự, dài hơn ô cửa sổ trên phong bì thư PIN",
    ),
    (
        "the font of the PIN letter has no {character}, which is in {what}",
        "phông chữ của thư PIN không có {character}, ký tự nằm trong {what!}",
    ),
    ("the font of the letter cannot be loaded", "không nạp được phông chữ của thư"),
    ("the PDF could not be made: {0}", "không tạo được tệp PDF: {0}"),
    ("the card number", "số thẻ"),
    ("the date", "ngày"),
    ("the issuer", "tên đơn vị phát hành"),
    ("the name", "họ tên"),
    ("the unit", "tên đơn vị"),
    ("the printer's command {program} cannot be started: {why}", "không chạy được lệnh in {program}: {why!}"),
    ("the printer's command {program} failed ({status})", "lệnh in {program} báo lỗi ({status!})"),
    ("the printer's command {program} did not read the whole letter", "lệnh in {program} không đọc hết thư"),
    (
        "the printer's command {program} did not end within two minutes",
        "lệnh in {program} không kết thúc trong hai phút",
    ),
    ("the printer's command {program} was lost: {why}", "mất liên lạc với lệnh in {program}: {why!}"),
    ("exit status: {0}", "mã thoát: {0}"),
    (
        "Shorten the name or the unit, or write it in Latin letters; the other cards are made.",
        "Rút gọn họ tên hoặc tên đơn vị, hoặc viết bằng chữ La-tinh; các thẻ khác vẫn được làm.",
    ),
    (
        "Check the printer and its command, destroy what it printed of this letter, then start again: a new letter is printed.",
        "Kiểm tra máy in và lệnh in, hủy phần thư này đã in ra, rồi chạy lại: thư mới sẽ được in.",
    ),
    (
        "chip {chip} holds data of card {card} as it was planned before; they are erased and the card is begun anew on it",
        "chip {chip} đang giữ dữ liệu của thẻ {card} theo thiết lập trước; xóa đi và làm lại thẻ từ đầu trên chip này",
    ),
    ("Nothing is to be done.", "Không cần làm gì."),
    ("the first records of the card could not be made: {0}", "không lập được bản ghi đầu tiên của thẻ: {0!}"),
    (
        "the signer's certificate has {0} bytes, and a record of the card holds {MOST_BYTES}",
        "chứng thư của người ký có {0} byte, trong khi một bản ghi trên thẻ chứa {MOST_BYTES}",
    ),
    (
        "Check the signer's certificate: it signs the first records of each card.",
        "Kiểm tra chứng thư của người ký: người này ký bản ghi đầu tiên của mỗi thẻ.",
    ),
    (
        "card {card} is no issued card, and only an issued card is changed later",
        "thẻ {card} không phải thẻ đã cấp, chỉ thẻ đã cấp mới thay đổi được",
    ),
    ("card {0} says so already; nothing was changed", "thẻ {0} đã ghi như vậy; không có gì thay đổi"),
    ("{file} of the card could not be read: {why}", "không đọc được {file} của thẻ: {why!}"),
    (
        "Finish the card with `chipwright issue`, or take another card.",
        "Hoàn tất thẻ bằng `chipwright issue`, hoặc lấy thẻ khác.",
    ),
    ("Check what was to be changed.", "Kiểm tra lại nội dung cần đổi."),
    (
        "Insert the card again and repeat; if it fails the same way, issue another card.",
        "Đưa thẻ vào lại rồi làm lại; nếu vẫn lỗi như vậy thì cấp thẻ khác.",
    ),
    ("Shorten the name or the unit.", "Rút gọn họ tên hoặc tên đơn vị."),
    (
        "Verify the card; a card that cannot be read is replaced.",
        "Kiểm tra thẻ; thẻ không đọc được thì thay thẻ khác.",
    ),
    // classes of reasons
    ("blocked-card", "là thẻ đã bị khóa"),
    ("needs-a-decision", "cần người có thẩm quyền quyết định"),
    ("spoiled-before", "đã hỏng từ trước"),
    ("finished-card", "là thẻ đã hoàn tất"),
    ("used-before", "đã dùng từ trước"),
    ("returned-before", "đã trả lại nhà cung cấp"),
    ("carried a card or is spoiled", "từng mang thẻ hoặc đã hỏng"),
    ("is bound to card {card}", "đang gắn với thẻ {card}"),
    ("torn", "bị ngắt giữa chừng"),
    ("in-work", "đang làm dở thẻ khác"),
    ("not-on-the-list", "thẻ đang làm không có trong danh sách"),
    ("issued-before", "đã cấp từ trước"),
    ("use-a-contact-reader", "cần đầu đọc tiếp xúc"),
    ("cannot-be-built", "không lập được dữ liệu thẻ"),
    ("not-accepted", "đọc lại không được chấp nhận"),
    ("chip-fault", "lỗi của chip"),
    ("unreadable-chip", "không đọc được chip"),
    ("chip-lost", "chip bị thất lạc"),
    // batches
    ("this is not a batch file: {0}", "đây không phải tệp đợt cấp: {0}"),
    (
        "a batch file holds one or two signed statements, and this one has {0}",
        "tệp đợt cấp chứa một hoặc hai bản ký, tệp này có {0}",
    ),
    ("preparation", "phần lập"),
    ("approval", "phần phê duyệt"),
    ("certificate", "chứng thư"),
    ("key pair", "cặp khóa"),
    ("the {which} of the batch is refused: {why}", "{which} của đợt cấp không được chấp nhận: {why}"),
    ("nobody has approved this batch", "chưa ai phê duyệt đợt cấp này"),
    ("the approval in this file is of another batch", "phần phê duyệt trong tệp này là của đợt cấp khác"),
    (
        "a batch is approved by somebody else than its preparer, and both have the same {0}",
        "đợt cấp phải do người khác với người lập phê duyệt, nhưng hai bên có cùng {0}",
    ),
    (
        "the registrars of this batch and the signer of the cards are not under the same authority",
        "cán bộ của đợt cấp này và người ký thẻ không thuộc cùng một cơ quan chứng thực",
    ),
    ("the batch was approved before it was prepared", "đợt cấp được phê duyệt trước khi được lập"),
    (
        "the batch was approved {days} days ago, and an approval is good for {valid}",
        "đợt cấp được phê duyệt {days} ngày trước, mà phê duyệt chỉ có giá trị {valid} ngày",
    ),
    (
        "this batch changes an issued card; it is no list of members",
        "đợt này đổi dữ liệu một thẻ đã cấp, không phải danh sách đảng viên",
    ),
    (
        "this batch is a list of members; it changes no issued card",
        "đợt này là danh sách đảng viên, không đổi thẻ đã cấp nào",
    ),
    ("this certificate is not a registrar's", "chứng thư này không phải của cán bộ đăng ký"),
    ("the batch is not well-formed: {0}", "đợt cấp không đúng khuôn dạng: {0}"),
    (
        "the batch has version {0}; this program knows version {VERSION}",
        "đợt cấp có phiên bản {0}; chương trình này biết phiên bản {VERSION}",
    ),
    ("a digest of the batch has the wrong length", "một mã băm của đợt cấp có độ dài sai"),
    (
        "the digests of the batch are not {0} different ones in order",
        "mã băm của đợt cấp không phải là {0} mã khác nhau theo thứ tự",
    ),
    (
        "the batch has {0} rows, and at most {MOST_ROWS} are allowed",
        "đợt cấp có {0} dòng, tối đa là {MOST_ROWS} dòng",
    ),
    (
        "the batch is neither a list of members nor a change of one card",
        "đợt cấp không phải danh sách đảng viên, cũng không phải thay đổi trên một thẻ",
    ),
    ("the card number of the change is not one", "số thẻ cần đổi không phải là số thẻ"),
    ("the new name or unit cannot be used: {0}", "không dùng được họ tên hoặc đơn vị mới: {0}"),
    (
        "this change of the card was not approved as it is asked for, for the card as it stands",
        "thay đổi này chưa được phê duyệt đúng như yêu cầu, cho thẻ như hiện nay",
    ),
    (
        "this change of card {0} was not approved as it is asked for, for the card as it stands",
        "thay đổi này trên thẻ {0} chưa được phê duyệt đúng như yêu cầu, cho thẻ như hiện nay",
    ),
    (
        "Prepare the change with `chipwright batch prepare --card`, and have it approved by a second registrar.",
        "Lập thay đổi bằng `chipwright batch prepare --card` và nhờ cán bộ thứ hai phê duyệt.",
    ),
    (
        "Take the file that `chipwright batch prepare` wrote, or prepare the batch anew.",
        "Dùng tệp do `chipwright batch prepare` ghi, hoặc lập lại đợt cấp.",
    ),
    (
        "Check the registrars, the revocation list and the clock with `chipwright registrar list`; then prepare and approve the batch anew.",
        "Kiểm tra cán bộ, danh sách thu hồi và đồng hồ bằng `chipwright registrar list`; rồi lập và phê duyệt lại đợt cấp.",
    ),
    (
        "Have a registrar who did not prepare it look at it and sign with `chipwright batch approve`.",
        "Nhờ một cán bộ không phải người lập xem lại và ký bằng `chipwright batch approve`.",
    ),
    (
        "Approve this batch with `chipwright batch approve`.",
        "Phê duyệt đợt cấp này bằng `chipwright batch approve`.",
    ),
    (
        "Let a second registrar, with a name and a key of their own, approve it.",
        "Để cán bộ thứ hai, có tên và khóa riêng, phê duyệt.",
    ),
    (
        "Prepare and approve the batch with registrars of the authority that signs.",
        "Lập và phê duyệt đợt cấp bằng cán bộ thuộc cơ quan chứng thực ký thẻ.",
    ),
    (
        "Look at it again, and approve it again with `chipwright batch approve`.",
        "Xem lại rồi phê duyệt lại bằng `chipwright batch approve`.",
    ),
    ("Give it to `chipwright card update`.", "Dùng đợt này với `chipwright card update`."),
    ("Give it to `chipwright issue`.", "Dùng đợt này với `chipwright issue`."),
    (
        "Check the registrar's certificate and key; `chipwright registrar list` shows them.",
        "Kiểm tra chứng thư và khóa của cán bộ; `chipwright registrar list` cho biết.",
    ),
];
