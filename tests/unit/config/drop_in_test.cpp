#include "config/camera_document.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view main_text = "cameras:\n  - {id: gate, url: 'rtsp://cam/1'}\n";

/// A main file and drop-ins, in a folder of their own.
class drop_in_test : public testing::Test {
protected:
  void main(std::string_view text) {
    folder.write("wall.yaml", std::string{text});
  }
  void drop_in(const std::string& name, std::string_view text) {
    folder.write(std::filesystem::path{"cameras.d"} / name, std::string{text});
  }
  tl::expected<wall, std::vector<config_error>> load() const {
    return load_file(folder.path() / "wall.yaml", fixed_environment({{"HOST", "cam"}}));
  }
  wall good() const {
    auto x = load();
    if (x)
      return *x;
    for (const auto& error : x.error())
      ADD_FAILURE() << to_string(error);
    return {};
  }
  /// Without the folder in front.
  std::string errors() const {
    auto x = load();
    if (x)
      return "good\n";
    std::string out;
    for (const auto& error : x.error())
      out += to_string(error).substr(folder.path().string().size() + 1) + "\n";
    return out;
  }
  static std::vector<std::string> ids(const wall& x) {
    std::vector<std::string> out;
    for (const auto& camera : x.cameras)
      out.push_back(camera.id);
    return out;
  }

  temporary_folder folder;
};

TEST_F(drop_in_test, come_after_the_main_file_in_the_order_of_their_names) {
  main(main_text);
  drop_in("20-b.yaml", "camera: {id: b, url: 'rtsp://cam/b'}\n");
  drop_in("10-a.yaml",
          "cameras:\n  - {id: z, url: 'rtsp://${HOST}/z'}\n  - {id: y, url: 'rtsp://cam/y'}\n");
  auto x = good();
  EXPECT_THAT(ids(x), ElementsAre("gate", "z", "y", "b"));
  EXPECT_EQ(x.cameras[0].source.file, "wall.yaml");
  EXPECT_EQ(x.cameras[2].source.file, "cameras.d/10-a.yaml");
  EXPECT_EQ(x.cameras[2].source.line, 3);
  EXPECT_EQ(x.cameras[1].url, "rtsp://cam/z");
  EXPECT_FALSE(x.cameras[3].api_owned);
  EXPECT_THAT(x.warnings, IsEmpty());
}

TEST_F(drop_in_test, take_the_defaults_of_the_main_file) {
  main("defaults: {transport: udp, username: u, password: p}\n");
  drop_in("a.yaml", "camera:\n  id: a\n  url: rtsp://cam/\n");
  auto x = good();
  EXPECT_EQ(x.cameras.at(0).transport, transport::udp);
  EXPECT_EQ(x.cameras.at(0).url, "rtsp://u:p@cam/");
}

TEST_F(drop_in_test, may_live_elsewhere_or_nowhere) {
  main("cameras_dir: ../other\n");
  auto elsewhere = folder.path().parent_path() / "other";
  EXPECT_EQ(good().cameras_dir, elsewhere);
  EXPECT_THAT(good().warnings, ElementsAre(HasSubstr("cameras_dir: does not exist (yet)")));
  main("cameras: []\n");
  EXPECT_EQ(good().cameras_dir, folder.path() / "cameras.d");
  EXPECT_THAT(good().warnings, IsEmpty());
}

TEST_F(drop_in_test, are_passed_over_when_they_are_hidden_or_left_behind) {
  main(main_text);
  for (const auto* name : {".api-a.yaml.tmp", ".hidden.yaml", "a.yaml~", "a.yaml.tmp", "README"})
    drop_in(name, "}{");
  EXPECT_THAT(ids(good()), ElementsAre("gate"));
  EXPECT_THAT(good().warnings, IsEmpty());
  drop_in("a.yml", "}{");
  EXPECT_THAT(good().warnings, ElementsAre(HasSubstr("\"a.yml\" is not read")));
}

TEST_F(drop_in_test, errors_name_file_line_and_column) {
  main("cameras:\n  - {id: gate, url: 'rtsp://cam/1', audio: maybe}\n");
  drop_in("b.yaml", "cameras:\n  - id: b\n    url: rtsp://cam/\n    trasnport: udp\n");
  drop_in("a.yaml", "camera:\n  id: a\n  url: http://cam/\n");
  EXPECT_EQ(errors(),
            "wall.yaml:2:44: cameras[0].audio: \"maybe\" is not one of true, false\n"
            "cameras.d/a.yaml:3:8: camera.url: does not begin with rtsp://\n"
            "cameras.d/b.yaml:4:5: cameras[0]: unknown key \"trasnport\"; did you mean "
            "\"transport\"?\n");
}

TEST_F(drop_in_test, ids_are_unique_over_all_files) {
  main(main_text);
  drop_in("a.yaml", "camera: {id: gate, url: 'rtsp://cam/'}\n");
  EXPECT_EQ(errors(),
            "cameras.d/a.yaml:1:14: camera.id: \"gate\" is already the id of the camera in " +
              (folder.path() / "wall.yaml").string() + ":2\n");
}

TEST_F(drop_in_test, hold_cameras_and_nothing_else) {
  main(main_text);
  drop_in("a.yaml", "server: {listen: ':80'}\n");
  EXPECT_EQ(
    errors(),
    "cameras.d/a.yaml:1:1: unknown key \"server\"; beside the main file there are only cameras\n"
    "cameras.d/a.yaml:1:1: holds neither camera nor cameras\n");
  drop_in("a.yaml", "camera: {id: a, url: 'rtsp://cam/'}\ncameras: []\n");
  EXPECT_EQ(errors(),
            "cameras.d/a.yaml:1:9: camera: is given beside cameras; write only one of them\n");
  drop_in("a.yaml", "camera:\n");
  EXPECT_EQ(errors(), "cameras.d/a.yaml:1:1: camera: has no value\n");
  drop_in("a.yaml", "- {id: a}\n");
  EXPECT_EQ(errors(),
            "cameras.d/a.yaml:1:1: expected a mapping (lines of key: value), found a list\n");
}

TEST_F(drop_in_test, one_bad_file_makes_the_whole_configuration_bad) {
  main(main_text);
  drop_in("a.yaml", "");
  EXPECT_EQ(errors(), "cameras.d/a.yaml:1:1: the file is empty\n");
  drop_in("a.yaml", "camera: {\n");
  EXPECT_THAT(errors(), HasSubstr("cameras.d/a.yaml:2:1: YAML syntax: "));
  drop_in("a.yaml", "camera: \xff\n");
  EXPECT_EQ(errors(), "cameras.d/a.yaml:1:9: is not UTF-8 text\n");
}

TEST_F(drop_in_test, refuses_what_is_no_file_of_a_sensible_size) {
  main(main_text);
  std::filesystem::create_directories(folder.path() / "cameras.d" / "a.yaml");
  EXPECT_EQ(errors(), "cameras.d/a.yaml: is a directory\n");
  std::filesystem::remove(folder.path() / "cameras.d" / "a.yaml");
  std::string text =
    "camera: {id: a, url: 'rtsp://cam/'}\n#" + std::string(config_bytes_max - 40, 'x');
  for (int i = 0; i < 9; ++i)
    drop_in("f" + std::to_string(i) + ".yaml", "cameras: []\n#" + text.substr(13));
  EXPECT_EQ(errors(),
            "cameras.d/f8.yaml: with this file, those of cameras_dir are larger than 8 MiB\n");
}

TEST_F(drop_in_test, counts_cameras_over_all_files) {
  main("limits: {cameras_max: 2}\n" + std::string{main_text});
  drop_in("a.yaml",
          "cameras:\n  - {id: a, url: 'rtsp://a/'}\n  - {id: b, url: 'rtsp://a/'}\n  - {id: c}\n");
  EXPECT_EQ(errors(),
            "cameras.d/a.yaml:3:5: cameras[1]: more than 2 cameras (limits.cameras_max)\n");
}

TEST_F(drop_in_test, must_not_lie_where_the_output_is_deleted) {
  main("hls: {directory: .}\nstate_dir: /tmp/state\n");
  EXPECT_EQ(errors(),
            "wall.yaml:1:1: cameras_dir: must not be, hold or lie in hls.directory, whose content "
            "is deleted\n");
}

TEST_F(drop_in_test, a_file_of_the_api_is_its_only_with_header_name_and_one_camera) {
  main(main_text);
  auto header = std::string{api_file_header} + "\n";
  drop_in("api-a.yaml", header + "camera:\n  id: a\n  url: rtsp://cam/\n");
  drop_in("api-b.yaml", "camera: {id: b, url: 'rtsp://cam/'}\n");
  auto x = good();
  EXPECT_TRUE(x.cameras.at(1).api_owned);
  EXPECT_EQ(x.cameras.at(1).source.line, camera_file_line);
  EXPECT_FALSE(x.cameras.at(2).api_owned) << "made by hand";
  EXPECT_THAT(x.warnings, IsEmpty());
  drop_in("api-c.yaml", header + "camera: {id: d, url: 'rtsp://cam/'}\n");
  drop_in("copy.yaml", header + "camera: {id: e, url: 'rtsp://cam/'}\n");
  drop_in("api-f.yaml", header + "cameras: [{id: f, url: 'rtsp://cam/'}]\n");
  x = good();
  for (std::size_t i = 3; i < x.cameras.size(); ++i)
    EXPECT_FALSE(x.cameras[i].api_owned) << x.cameras[i].id;
  EXPECT_EQ(x.warnings.size(), 3U);
}

TEST_F(drop_in_test, the_wall_names_all_files_that_had_a_say) {
  main("cameras:\n  - {id: a, url: 'rtsp://cam/', username: u, password: !file pw}\n");
  folder.write("pw", "secret");
  drop_in("b.yaml", "camera: {id: b, url: 'rtsp://cam/'}\n");
  EXPECT_THAT(good().files,
              ElementsAre(folder.path() / "wall.yaml", folder.path() / ".env", folder.path() / "pw",
                          folder.path() / "cameras.d" / "b.yaml"));
}

} // namespace
} // namespace camwall::config
